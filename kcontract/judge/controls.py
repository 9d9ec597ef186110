"""Healthy records alone, behind an end or a stall: what a record left in a service's state ends or stops later
processes as well (ORACLE.md §3)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kcontract.judge.cause import ended_in_words, names_frame
from kcontract.judge.effect_verdict import effect_verdict
from kcontract.judge.evidence import Delivery, Exit, Window
from kcontract.judge.promised import promise
from kcontract.model.finding import CaseVerdict

OF_A_HALT = frozenset({"RESOURCE_BLOWUP", "CRASH_LOOP", "CRASHED", "ENDLESS_RETRY", "STUCK"})
_FAILED = 2
"""So many controls in a row end, before the service is known to end with whatever it is sent."""


class Controls:
    """Whether what the service keeps is well, and which window was the first that ended since it was."""

    def __init__(self) -> None:
        self.sound = True
        """Whether it got through the last window: no record of an earlier one ends or stops it."""
        self.worked = False
        """Whether it ever got through one: else it is healthy records that do that."""
        self.clears = False
        """Whether the last control says that it may not have been the record, tried alone before it, that did it."""
        self.asks = False
        """Whether the last window ended or stopped the service, and healthy records alone may do so as well."""
        self._passing: set[str] = set()
        """Causes of ends behind which healthy records were handled. Standing still has none."""
        self._cause = ""
        self._first: Window | None = None
        self._failed = 0
        self._left: Window | None = None
        """The window of a record alone between two controls: the service was well before it, and is not since."""
        self._tried: Window | None = None
        """The last window, if it was of one record alone."""
        self._well: str | None = None
        """Whose control the last window was, if it went well."""
        self._since_well = False
        """Whether the window before the last one was such a control, of the record that was tried then."""

    def note(self, window: Window) -> tuple[CaseVerdict, ...]:
        """A window was closed. A verdict on a record of which something was kept that does it for good."""
        failed, self.clears, self.asks, self._left = self._failed, False, False, None
        if window.purpose == "control" and window.halted and self.worked:
            self._failed += 1
            self._look_back()
            self.sound, self._cause = False, ""
        elif window.exits or window.halted:
            self._first = window if self.sound else self._first
            self.sound, self._failed = False, 0
            self._cause = window.exits[-1].cause if window.exits else ""
            self.asks = self.worked and window.halted and self._cause not in self._passing
        elif window.outcome == "settled":
            if window.purpose == "control" and names_frame(self._cause):
                self._passing.add(self._cause)
            self.sound, self.worked, self._first = True, True, None
        self._remember(window)
        first = self._first
        if failed < self._failed == _FAILED and first is not None and first.suspects:
            return (_for_good(first, window),)
        return ()

    def _look_back(self) -> None:
        """A control fails: whether the record right before it is proved to have left what does that."""
        tried = self._tried
        if tried is None:
            return
        if self._since_well:
            self._left, self._first = tried, None
        else:
            self.clears = True

    def _remember(self, window: Window) -> None:
        if window.lost or window.ended_outside:
            return  # it is played once more
        alone, well = window.purpose == "alone", window.purpose == "control" and window.outcome == "settled"
        self._since_well = alone and self._well == window.of
        self._tried, self._well = window if alone else None, window.of if well else None

    def left_by(self, control: Window, reached: Sequence[CaseVerdict]) -> tuple[Delivery, CaseVerdict] | None:
        """The record of which the last window proves that something is kept that ends or stops the service, and its
        verdict; None if it has one: it may have been handled itself."""
        own = [one for one in self._left.deliveries if one.case.root == self._left.of] if self._left else []
        if not own or any(one.case == own[-1].case.id and one.code in OF_A_HALT for one in reached):
            return None
        code, did = ("CRASH_LOOP", "ended") if control.exits else ("STUCK", "stopped")
        facts = (
            f"behind it healthy records alone {did} the service, in a new process as well: of what it keeps",
            "before it they did not: what the service kept of earlier records had been emptied",
        )
        last = control.exits[-1] if control.exits else None
        cause, words = (last.cause, last.stderr) if last else ("", control.last_words)
        return own[-1], _verdict(code, own[-1], facts, cause, words)


def _for_good(first: Window, last: Window) -> CaseVerdict:
    """Of the likeliest suspect of the first window. `last`: healthy records, that end or stop the service once more."""
    did = "ended" if last.exits else "stopped"
    fact = f"behind everything sent, healthy records alone {did} it {_FAILED} times: what it keeps does that"
    if last.exits and first.exits:
        return never_again(first, last.exits[-1], (fact,))
    stood = f"the service stood still with this record as a suspect{_among(first)}"
    return _verdict("STUCK", _likeliest(first), (stood, fact), "", last.last_words)


def never_again(window: Window, last: Exit, facts: Sequence[str]) -> CaseVerdict:
    """CRASH_LOOP of the likeliest suspect of the window since which the service only ends. `facts`: how that shows."""
    first = f"the process {ended_in_words(window.exits[0].code)} with this record as a suspect{_among(window)}"
    return _verdict("CRASH_LOOP", _likeliest(window), (first, *facts), last.cause, last.stderr)


def _likeliest(window: Window) -> Delivery:
    """The record that it is about, if that is alone, else the first of the suspects."""
    own = (one for one in window.suspects if window.purpose == "alone" and one.case.root == window.of)
    return next(own, window.suspects[0])


def _among(window: Window) -> str:
    return f", the likeliest of {len(window.suspects)}" if len(window.suspects) > 1 else ""


def _verdict(code: str, suspect: Delivery, facts: Sequence[str], cause: str, stderr: str) -> CaseVerdict:
    reached = effect_verdict(code, suspect, promise(code, suspect), facts, cause=cause)
    return msgspec.structs.replace(reached, stderr=stderr)
