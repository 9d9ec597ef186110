"""What keeps kcontract from reaching a verdict. A violated promise is a value (a Finding), never an exception."""

from __future__ import annotations

EXIT_CONFORMS, EXIT_VIOLATED, EXIT_USAGE, EXIT_ENVIRONMENT, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


class KcontractError(Exception):
    """Base of every error that kcontract raises on purpose.

    `code` is stable and upper case (`BROKER_JAVA_MISSING`), `message` says what is wrong with which thing, and `fix`
    what to do about it. `exit_code` is what the command line ends with.
    """

    __slots__ = ("__weakref__", "code", "fix", "message")  # `DecodeError`, of which there are many, needs no dictionary
    exit_code = EXIT_USAGE

    def __init__(self, code: str, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message} [{self.code}]" + (f"\n  fix: {self.fix}" if self.fix else "")


class UsageError(KcontractError):
    """A wrong option, file or configuration (exit 2)."""


class SchemaError(KcontractError):
    """A schema that is not a legal Avro or JSON Schema (exit 2)."""


class EnvironmentFailureError(KcontractError):
    """Something that kcontract needs is not there or does not answer; a retry may help (exit 3)."""

    exit_code = EXIT_ENVIRONMENT


class BrokerError(EnvironmentFailureError):
    """No broker, or one that refuses what a run needs."""


class RegistryError(EnvironmentFailureError):
    """The schema registry does not answer, or refuses. `status` is its error code (40401 …), 0 if it did not answer."""

    def __init__(self, code: str, message: str, fix: str = "", *, status: int = 0) -> None:
        super().__init__(code, message, fix)
        self.status = status


class ServiceError(EnvironmentFailureError):
    """A service under test could not be started, or never became ready."""
