"""Healthy records alone, behind an end: what a record left in a service's state ends later processes (ORACLE.md §3)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kcontract.judge.cause import ended_in_words, names_frame
from kcontract.judge.effect_verdict import effect_verdict
from kcontract.judge.evidence import Delivery, Exit, Window
from kcontract.judge.promised import promise
from kcontract.model.finding import CaseVerdict

_FAILED = 2
"""So many controls in a row end, before the service is known to end with whatever it is sent."""


class Controls:
    """Whether what the service keeps is well, and which window was the first that ended since it was."""

    def __init__(self) -> None:
        self.sound = True
        """Whether it got through the last window: no record of an earlier one ends it."""
        self.worked = False
        """Whether it ever got through one: else it is healthy records that end it."""
        self.clears = False
        """Whether the last control says that it was not the record, tried alone before it, that ended the service."""
        self.asks = False
        """Whether the last window ended the service, and healthy records alone may do so as well."""
        self._passing: set[str] = set()
        """Causes of ends behind which healthy records were handled."""
        self._was_sound, self._cause = True, ""
        self._first: Window | None = None
        self._failed = 0

    def note(self, window: Window) -> tuple[CaseVerdict, ...]:
        """A window was closed. A verdict on a record of which something was kept that ends the service for good."""
        failed, self.clears, self.asks = self._failed, False, False
        if window.purpose == "control" and window.ended and self.worked:
            self._failed += 1
            self.clears, self.sound = self._failed == 1 and not self._was_sound, False
        elif window.exits:
            self._first = window if self.sound else self._first
            self._was_sound, self.sound, self._failed = self.sound, False, 0
            self._cause = window.exits[-1].cause
            self.asks = self.worked and window.ended and self._cause not in self._passing
        elif window.outcome == "settled":
            at_once = window.purpose == "control" and not self._failed
            if at_once and names_frame(self._cause):
                self._passing.add(self._cause)
            self.sound, self.worked, self._first = True, True, None
        first = self._first
        if failed < self._failed == _FAILED and first is not None and first.suspects and first.purpose != "alone":
            fact = f"behind everything sent, healthy records alone ended it {_FAILED} times: what it keeps does that"
            return (never_again(first, window.exits[-1], (fact,)),)
        return ()


def never_again(window: Window, last: Exit, facts: Sequence[str]) -> CaseVerdict:
    """CRASH_LOOP of the likeliest suspect of the window since which the service only ends. `facts`: how that shows."""
    suspect: Delivery = window.suspects[0]
    others = f", the likeliest of {len(window.suspects)}" if len(window.suspects) > 1 else ""
    first = f"the process {ended_in_words(window.exits[0].code)} with this record as a suspect{others}"
    kept = promise("CRASH_LOOP", suspect)
    reached = effect_verdict("CRASH_LOOP", suspect, kept, (first, *facts), cause=last.cause)
    return msgspec.structs.replace(reached, stderr=last.stderr)
