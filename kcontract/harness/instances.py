"""Several processes of one service, which start, live and end as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import msgspec

from kcontract.model.service import ExitInfo, Resources, added

_KILLED = -9


class Process(Protocol):
    """What every form of a running service offers; see `ports.Service`."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> ExitInfo | None: ...
    def output(self) -> str: ...
    def resources(self) -> Resources | None: ...
    def terminate(self, timeout: float) -> ExitInfo: ...
    def kill(self) -> ExitInfo: ...


class Instances:
    """Implements `ports.Service` for all of them. When one exits, the others are terminated: the service has exited.

    They get the time of a graceful stop, so that nothing is lost but by the one that exited.
    """

    def __init__(self, services: Sequence[Process], stop_timeout: float) -> None:
        """`stop_timeout` in seconds, for the others after an exit."""
        self._services = tuple(services)
        self._stop_timeout = stop_timeout
        self._exit: ExitInfo | None = None

    @classmethod
    def start(cls, start: Callable[[int], Process], count: int, stop_timeout: float) -> Instances:
        """Start numbers 1 to `count`; if one cannot be started, none is left."""
        services: list[Process] = []
        try:
            services.extend(start(number) for number in range(1, count + 1))
        except BaseException:
            for service in services:
                service.kill()
            raise
        return cls(services, stop_timeout)

    @property
    def pid(self) -> int:
        """That of the first one."""
        return self._services[0].pid

    def poll(self) -> ExitInfo | None:
        """None while all run, else how the first that was seen to exit ended."""
        if self._exit is None:
            ended = [(n, info) for n, each in enumerate(self._services, 1) if (info := each.poll()) is not None]
            if ended:
                self.terminate(self._stop_timeout)
                number, info = ended[0]
                note = f"\n(instance {number} of {len(self._services)}; the others were terminated then)"
                self._exit = msgspec.structs.replace(info, stderr=info.stderr + note)
        return self._exit

    def output(self) -> str:
        return "\n".join(text for each in self._services if (text := each.output()))

    def resources(self) -> Resources | None:
        """Of all together; None if one cannot be seen."""
        seen = [one for each in self._services if (one := each.resources()) is not None]
        return added(seen) if len(seen) == len(self._services) else None

    def terminate(self, timeout: float) -> ExitInfo:
        """SIGTERM to all at once. How the worst of them ended: killed, else with an error, else well."""
        with ThreadPoolExecutor(len(self._services)) as pool:
            return _worst(list(pool.map(lambda each: each.terminate(timeout), self._services)))

    def kill(self) -> ExitInfo:
        return _worst([each.kill() for each in self._services])


def _worst(ends: Sequence[ExitInfo]) -> ExitInfo:
    return max(ends, key=lambda info: (info.code == _KILLED, info.code != 0))
