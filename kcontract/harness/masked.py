"""A service whose words are shown without what its contract took from the caller's environment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from kcontract.errors import KcontractError
from kcontract.harness.instances import Process
from kcontract.harness.placeholders import mask
from kcontract.model.service import ExitInfo, Resources

_SHORTEST = 4
"""Characters: what is shorter is no secret, and would be found everywhere."""


class MaskedService:
    """Implements `ports.Service`. Nothing that it hands on holds one of `secrets`."""

    def __init__(self, service: Process, secrets: frozenset[str]) -> None:
        self._service = service
        self._secrets = secrets

    @property
    def pid(self) -> int:
        return self._service.pid

    def poll(self) -> ExitInfo | None:
        ended = self._service.poll()
        return None if ended is None else self._shown(ended)

    def output(self) -> str:
        return mask(self._service.output(), self._secrets)

    def resources(self) -> Resources | None:
        return self._service.resources()

    def terminate(self, timeout: float) -> ExitInfo:
        """See `Service.terminate`. `timeout` in seconds."""
        return self._shown(self._service.terminate(timeout))

    def kill(self) -> ExitInfo:
        return self._shown(self._service.kill())

    def _shown(self, info: ExitInfo) -> ExitInfo:
        stderr, stdout = mask(info.stderr, self._secrets), mask(info.stdout, self._secrets)
        return msgspec.structs.replace(info, stderr=stderr, stdout=stdout)


def masked(service: Process, secrets: frozenset[str]) -> Process:
    """The service itself if there is nothing to hide."""
    hidden = hideable(secrets)
    return MaskedService(service, hidden) if hidden else service


@contextmanager
def masked_errors(secrets: frozenset[str]) -> Iterator[None]:
    """What goes wrong within is told without the secrets, too."""
    try:
        yield
    except KcontractError as error:
        hidden = hideable(secrets)
        raise type(error)(error.code, mask(error.message, hidden), mask(error.fix, hidden)) from None


def hideable(secrets: frozenset[str]) -> frozenset[str]:
    """Those that are long enough to be told from any other text."""
    return frozenset(secret for secret in secrets if len(secret) >= _SHORTEST)
