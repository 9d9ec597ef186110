"""A service that never comes back from a record, and words for ends that are nobody's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kcontract.judge.book import Book, Grounds, Listener
from kcontract.judge.evidence import Window
from kcontract.judge.lasting import never_again
from kcontract.judge.promises import Promises
from kcontract.model import events as ev
from kcontract.model.finding import CaseVerdict

_STARTS = 2
"""So many starts must fail, the last of them behind everything sent, before the record is blamed for it."""


def unblamed(codes: Mapping[int, int], when: str, promises: Promises) -> Iterator[tuple[str, str]]:
    """Ends that nothing which was sent is blamed for, by exit code: what to tell of them, each with its remedy."""
    for code, number in codes.items():
        if code != 0 or not promises.service_may_end:
            often = "once" if number == 1 else f"{number} times"
            yield f"the service exited with code {code} {when}, {often}", "a look at its log, which may tell why"


class LifeBook(Book):
    """CRASH_LOOP of a service that exited on a record and then at every start."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._open = self._ready = False
        self._fatal: Window | None = None
        self._failed = 0

    def listeners(self) -> Mapping[type, Listener]:
        return {
            ev.WindowOpened: self._opened,
            ev.ServiceReady: self._is_ready,
            ev.ServiceExited: self._exited,
            ev.ServiceKilled: self._killed,
        }

    def closed(self, window: Window) -> Iterable[CaseVerdict]:
        self._open = False
        if window.outcome == "exited" and window.suspects and not self._ready:
            self._fatal, self._failed = window, len(window.exits) - 1
        return ()

    def _opened(self, _event: ev.WindowOpened) -> tuple[CaseVerdict, ...]:
        self._open = True
        return ()

    def _is_ready(self, _event: ev.ServiceReady) -> tuple[CaseVerdict, ...]:
        self._ready, self._fatal, self._failed = True, None, 0
        return ()

    def _killed(self, _event: ev.ServiceKilled) -> tuple[CaseVerdict, ...]:
        self._ready = False
        return ()

    def _exited(self, _event: ev.ServiceExited) -> tuple[CaseVerdict, ...]:
        was_ready, self._ready = self._ready, False
        if self._open:
            return ()
        if was_ready or self._fatal is None:
            return ()
        self._failed += 1
        return (self._never_again(self._fatal),) if self._failed == _STARTS else ()

    def _never_again(self, window: Window) -> CaseVerdict:
        facts = (f"it was started {self._failed} times since, at last behind everything sent, and exited each time",)
        self.grounds.tally.count(window.suspects[0], "CRASH_LOOP")
        return never_again(window, window.exits[-1], facts)
