"""Ends that come a while after the record which they are of (ORACLE.md §4): it has been handled, and what is sent just
then, or nothing at all, had no part in it.

Such a record is proved by a window of its own, `late`: in a new process, alone behind healthy ones, and then nothing
for as long as it took before. Healthy records alone must have outlasted that in a process before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from kcontract.judge.book import Book, Grounds, Listener
from kcontract.judge.cause import ended_in_words
from kcontract.judge.effect_verdict import effect_verdict
from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.lives import unblamed
from kcontract.judge.promised import promise
from kcontract.model import events as ev
from kcontract.model.case import Case, Expectation, Role
from kcontract.model.finding import CaseVerdict

_UNASKED: tuple[ev.Purpose, ...] = ("growth", "log", "isolate")
"""Windows in which nobody looks for who ended the service."""

_Kinds = dict[tuple[str, str], Case]
"""One case of each topic and kind."""


@dataclass(frozen=True, slots=True)
class LateEnd:
    """A process ended by itself that had been sent records which are not valid, and may have handled them."""

    code: int
    lag: float
    """Seconds from the first of them to the end."""
    suspects: tuple[Case, ...]
    """One of each kind."""


@dataclass(slots=True)
class _Life:
    """A process since it was ready."""

    ready_at: float
    sent: _Kinds
    since: float | None = None
    """When it was sent the first record that is not valid."""

    def add(self, bad: _Kinds, opened_at: float) -> None:
        """It was sent these, in a window that was opened then."""
        self.sent |= bad
        if bad and self.since is None:
            self.since = max(opened_at, self.ready_at)

    def end(self, code: int, at: float) -> LateEnd:
        return LateEnd(code, at - (at if self.since is None else self.since), tuple(self.sent.values()))


class LateBook(Book):
    """CRASHED of a record behind which a new process ends after a while; a blind spot for ends that are nobody's."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self.ends: list[LateEnd] = []
        """Those behind which nobody looked for a record."""
        self.last: LateEnd | None = None
        """Of the window that was closed last; None if the service did not end in it."""
        self._life: _Life | None = None
        self._opened_at = self._outlasted = 0.0
        """When the open window was opened; how long a process outlasted healthy records alone."""
        self._open = self._asked = False
        self._found: set[int] = set()
        """Exit codes of ends of which the record was found."""
        self._window: Window | None = None
        """The one that is being closed."""
        self._exits: list[tuple[ev.ServiceExited, _Life]] = []
        """Those in the open window."""
        self._between: Counter[int] = Counter()
        """Exit codes. Ends behind a request are the `EndBook`'s."""
        self._amid: Counter[int] = Counter()

    def listeners(self) -> Mapping[type, Listener]:
        return {
            ev.WindowOpened: self._opened,
            ev.WindowClosed: self._closes,
            ev.ServiceReady: self._is_ready,
            ev.Requested: self._requested,
            ev.ServiceExited: self._exited,
            ev.ServiceKilled: self._killed,
        }

    def closed(self, window: Window) -> Iterable[CaseVerdict]:
        self._window = window
        return ()

    def blind(self) -> Iterator[tuple[str, str]]:
        between = "while nothing was sent to it"
        amid = "amid records that it handles, of none of which it is known to"
        for ends, when in ((self._between, between), (self._amid, amid)):
            left = {code: number for code, number in ends.items() if code not in self._found}
            yield from unblamed(left, when, self.grounds.promises)

    def _opened(self, event: ev.WindowOpened) -> tuple[CaseVerdict, ...]:
        self._open, self._opened_at = True, event.at
        return ()

    def _is_ready(self, event: ev.ServiceReady) -> tuple[CaseVerdict, ...]:
        self._life, self._asked = _Life(event.at, {}), False
        return ()

    def _requested(self, _event: ev.Requested) -> tuple[CaseVerdict, ...]:
        self._asked = True
        return ()

    def _killed(self, _event: ev.ServiceKilled) -> tuple[CaseVerdict, ...]:
        self._life = None
        return ()

    def _exited(self, event: ev.ServiceExited) -> tuple[CaseVerdict, ...]:
        life, self._life = self._life, None
        if life is None:
            return ()
        if self._open:
            self._exits.append((event, life))
        elif not self._asked:
            self._between[event.code] += 1
            self._note(life.end(event.code, event.at))
        return ()

    def _closes(self, event: ev.WindowClosed) -> Iterable[CaseVerdict]:
        exits, self._exits, self._open = self._exits, [], False
        window, self._window = self._window, None
        self.last = None
        if window is None:
            return ()
        if window.purpose == "late":
            return self._trial(window, exits[0][0].at if exits else event.at)
        bad = {} if window.healthy else _bad(window)
        lives = [life for _, life in exits] + ([self._life] if self._life is not None else [])
        for life in lives:
            life.add(bad, self._opened_at)
        for exit_, life in exits:
            self.last = life.end(exit_.code, exit_.at)
            if window.purpose in _UNASKED:
                self._amid[exit_.code] += 1
                self._note(self.last)
        return ()

    def _note(self, end: LateEnd) -> None:
        if end.suspects:
            self.ends.append(end)

    def _trial(self, window: Window, until: float) -> Iterable[CaseVerdict]:
        """Of healthy records alone, or of one behind such; it ended, or was watched, until then."""
        lasted = until - self._opened_at
        own = [one for one in window.deliveries if one.case.root == window.of and one.has_outcome]
        if window.healthy:
            self._outlasted = lasted if window.outcome == "settled" and not window.exits else 0.0
        elif len(own) == 1 and window.ended and not window.inherits and 0 < lasted <= self._outlasted:
            self._found.add(window.exits[-1].code)
            self.grounds.tally.count(own[0], "CRASHED")
            return (_verdict(own[0], window, until - own[0].sent_at),)
        return ()


def _bad(window: Window) -> _Kinds:
    """One case of each kind of its records which are not valid, at which the service need not stop."""
    wrong = [one for one in window.deliveries if one.expectation is not Expectation.VALID and not one.refused]
    cases = [one.case for one in wrong if one.source.receive.on_invalid.policy != "stop"]
    return {(case.topic, case.kind): msgspec.structs.replace(case, role=Role.CASE) for case in cases}


def _verdict(delivery: Delivery, window: Window, after: float) -> CaseVerdict:
    last = window.exits[-1]
    facts = (
        f"it was handled, and {after:.1f} s after it was sent the process {ended_in_words(last.code)}",
        "a new process was sent nothing else but healthy records; those alone did not end one in that time",
    )
    reached = effect_verdict("CRASHED", delivery, promise("CRASHED", delivery), facts, cause=last.cause)
    return msgspec.structs.replace(reached, stderr=last.stderr)
