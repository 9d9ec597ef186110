"""The error answers of Confluent's registry: HTTP status, error code and message of each (its `Errors.java`)."""

from __future__ import annotations


class RefusalError(Exception):
    """A request that the registry answers with an error. `code` is the `error_code` of the body."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def http_error(status: int, reason: str) -> RefusalError:
    """An error of the HTTP layer: its error code is the status."""
    return RefusalError(status, status, f"HTTP {status} {reason}")


def subject_not_found(subject: str) -> RefusalError:
    return RefusalError(404, 40401, f"Subject '{subject}' not found.")


def version_not_found(version: int) -> RefusalError:
    return RefusalError(404, 40402, f"Version {version} not found.")


def schema_not_found(which: object = "") -> RefusalError:
    return RefusalError(404, 40403, f"Schema {which} not found" if which else "Schema not found")


def level_not_configured(subject: str) -> RefusalError:
    return RefusalError(404, 40408, f"Subject '{subject}' does not have subject-level compatibility configured")


def mode_not_configured(subject: str) -> RefusalError:
    return RefusalError(404, 40409, f"Subject '{subject}' does not have subject-level mode configured")


def invalid_schema(reason: str) -> RefusalError:
    return RefusalError(422, 42201, reason)


def invalid_version(text: str) -> RefusalError:
    allowed = 'Allowed values are between [1, 2^31-1] and the string "latest"'
    return RefusalError(422, 42202, f"The specified version '{text}' is not a valid version id. {allowed}")


def invalid_level() -> RefusalError:
    levels = "none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive"
    return RefusalError(422, 42203, f"Invalid compatibility level. Valid values are {levels}")


def not_permitted(why: str) -> RefusalError:
    return RefusalError(422, 42205, why)


def invalid_subject(subject: str) -> RefusalError:
    return RefusalError(422, 42208, f"The specified subject '{subject}' is not a valid.")
