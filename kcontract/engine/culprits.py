"""Finding the record that ended or stopped the service (ORACLE.md §4): partition heads first, then by halves."""

from __future__ import annotations

from collections.abc import Sequence

from kcontract.engine.settings import ServiceGone
from kcontract.engine.stage import Stage
from kcontract.engine.windows import Player
from kcontract.judge.evidence import Delivery, Window
from kcontract.model.case import Case

_HEADS = 8
"""So many suspects are tried alone, most suspect first, before the rest is halved."""
_PATIENCE = 2.0
"""A stall is confirmed by one long wait."""
_STALLS_ENOUGH = 1
"""After so many stalls confirmed by a long wait, a further one only adds its kind to the same finding."""


class Detective:
    """Localises culprits by sending suspects again with fresh identity, each in a window of its own."""

    def __init__(self, stage: Stage, player: Player) -> None:
        self._stage = stage
        self._player = player
        self.stalls = 0
        """How many cases alone made the service stand still."""

    def find(self, suspects: Sequence[Delivery], parallel: int) -> Case | None:
        """The first suspect that alone ends or stops the service again; None if none does, or it starts no more.

        `parallel` is the number of partitions, whose heads come first among the suspects.
        """
        heads = min(len(suspects), max(_HEADS, 2 * parallel))
        for delivery in suspects[:heads]:
            if self._stage.out_of_time or not self.revive():
                return None
            if self.is_fatal(delivery.case):
                return delivery.case
        return self._halve([delivery.case for delivery in suspects[heads:]])

    def is_fatal(self, case: Case) -> bool:
        """Whether the case alone behind a healthy record ends or stops the service once more."""
        window = self._try("alone", [case], case.root)
        fatal = window is not None and (bool(window.exits) or window.stalled)
        self.stalls += fatal and window is not None and window.stalled
        return fatal

    def _halve(self, cases: list[Case]) -> Case | None:
        while cases and not self._stage.out_of_time:
            if len(cases) == 1:
                return cases[0] if self.is_fatal(cases[0]) else None
            half = cases[: len(cases) // 2]
            window = self._try("bisect", half, cases[0].root)
            if window is None:
                return None
            fatal = bool(window.exits) or window.stalled
            rest = cases[len(half) :]
            if not fatal and len(rest) == len(cases):
                return None
            cases = half if fatal else rest
        return None

    def _try(self, purpose: str, cases: Sequence[Case], of: str) -> Window | None:
        if not self.revive():
            return None
        copies = [self._player.sources[case.topic].again(case) for case in cases]
        if purpose == "alone":
            patience = _PATIENCE if self.stalls < _STALLS_ENOUGH else 1.0
            return self._player.play("alone", copies, of=of, narrow=True, patience=patience)
        return self._player.play("bisect", copies, of=of, narrow=True)

    def revive(self) -> bool:
        """A running service whose group stands behind everything sent so far."""
        if not self._stage.lifecycle.gone:
            return True
        try:
            self._stage.lifecycle.restart(behind=True)
        except ServiceGone:
            return False
        return True
