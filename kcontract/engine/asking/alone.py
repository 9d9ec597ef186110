"""Requests without an event, made alone: an event that ties to no request is isolated before it is judged (§2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kcontract.engine.stage import Stage
from kcontract.judge.requests.request import Request
from kcontract.model import events as ev

_QUIET, _PATIENCE, _LONGEST = 1.0, 5.0, 10.0
"""Seconds without any event before a request and behind its own, and at least and at most until that comes."""


class Alone:
    """Asks a sender for one thing at a time, and for nothing else meanwhile."""

    def __init__(self, stage: Stage, again: Callable[[ev.Requested], str]) -> None:
        """`again` makes a request once more; its id."""
        self._stage = stage
        self._again = again
        self._recorder = stage.tools.recorder
        self._book = stage.state.requests

    def ask(self, requests: Iterable[Request]) -> None:
        """Each of them twice, for one event in a moment of its own may be another's."""
        for request in requests:
            if self._once(request):
                self._once(request)

    def _once(self, request: Request) -> bool:
        """False if it led to nothing, so that a second time tells no more."""
        since, quiet = self._recorder.now(), max(_QUIET, 4 * max(self._book.latencies[-200:], default=0.0))
        self._wait(lambda: False, quiet)
        if self._stage.out_of_time or self._book.untied_since(since):
            return False
        case = self._again(request.requested)
        patience = min(_LONGEST, max(_PATIENCE, 20 * max(self._book.latencies, default=0.0)))
        came = self._wait(lambda: bool(self._book.untied_since(since)) or self._book.has_event(case), patience)
        self._wait(lambda: False, quiet)
        self._stage.observer.drain(self._stage.left(_LONGEST))
        self._recorder.record(ev.AskedAlone(self._recorder.now(), case, since))
        return came

    def _wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        return self._stage.observer.wait(condition, self._recorder.now() + self._stage.left(seconds))
