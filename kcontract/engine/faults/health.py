"""Asking a service for its health around a fault."""

from __future__ import annotations

from collections.abc import Callable

from kcontract.engine.plan import Unit
from kcontract.engine.stage import Stage
from kcontract.judge.faults.health import stated
from kcontract.judge.faults.trial import declared
from kcontract.model import events as ev
from kcontract.model.faults import FaultKind

GRACE = 12.0
"""Seconds in which the page must have noticed; pages that look every ten seconds are no liars."""
_EVERY, _TIMEOUT = 0.25, 5.0


class HealthPage:
    """The health page of a unit's service, if it has one."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._url = health_url(stage.unit).replace("{port}", stage.lifecycle.port)
        self._last: tuple[str, int, bytes] | None = None
        self._asked_at = -1.0
        self._well: ev.HealthSeen | None = None

    def expected(self, kind: FaultKind) -> str:
        """What the page must say meanwhile, by the contract; empty if nothing is promised or nothing can be asked."""
        promised = (fault.health for fault in declared(kind, self._stage.unit.contracts) if fault.health)
        return next(promised, "") if self._url else ""

    def before(self) -> None:
        """What it says while all is well."""
        self._well = self._ask("before")

    def waits(self, kind: FaultKind) -> Callable[[], bool]:
        """A condition: the page says what the contract promises of the fault."""
        state = self.expected(kind)
        return lambda: not state or self._says("during", state)

    def is_well(self) -> bool:
        """The page says ok again, if it did before."""
        if self._well is None or "ok" not in stated(self._well):
            return True
        return self._says("after", "ok")

    def _says(self, when: str, state: str) -> bool:
        recorder = self._stage.tools.recorder
        if recorder.now() - self._asked_at < _EVERY:
            return False
        seen = self._ask(when)
        return seen is not None and state in stated(seen, self._well)

    def _ask(self, when: str) -> ev.HealthSeen | None:
        if not self._url:
            return None
        recorder = self._stage.tools.recorder
        answer = self._stage.tools.trigger.request("GET", self._url, {}, None, self._stage.left(_TIMEOUT))
        self._asked_at = recorder.now()
        seen = ev.HealthSeen(self._asked_at, when, self._url, answer.status, answer.body[:4000], answer.error)  # type: ignore[arg-type]
        told = (when, answer.status, answer.body)
        if told != self._last:
            self._last = told
            recorder.record(seen)
        return seen


def health_url(unit: Unit) -> str:
    """The receiver's `health`, else `ready` if that is a URL; empty without either."""
    for _, receive in unit.receives:
        if receive.health is not None:
            return receive.health.url
    ready = unit.run.ready or ""
    return ready if ready.startswith(("http://", "https://")) else ""
