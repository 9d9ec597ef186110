"""Deliveries that are closed to evidence, kept for a while: what comes for them late may still be once too often."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from kcontract.judge.evidence import Delivery
from kcontract.judge.promises import Output
from kcontract.judge.tying.ties import Ties
from kcontract.model.record import LogRecord

_DELIVERIES, _BYTES = 5_000, 16 * 2**20
"""The largest usual window twice, and what their records may weigh: memory must not grow with the run."""
_BLOCK = 100
"""So many are forgotten at once."""


class Recent:
    """The last deliveries of closed windows, oldest first. The index is made when it is first asked."""

    most = _DELIVERIES
    """No more than so many are remembered."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._ties: Ties | None = None
        self._blocks: deque[tuple[list[Delivery], int]] = deque()
        """With what they weigh."""
        self._number = self._bytes = 0

    def keep(self, deliveries: Sequence[Delivery]) -> None:
        """Remember them, and forget the oldest ones beyond the limits."""
        for start in range(max(0, len(deliveries) - _DELIVERIES), len(deliveries), _BLOCK):
            self._keep(list(deliveries[start : start + _BLOCK]))

    def tie(self, record: LogRecord, outputs: tuple[Output, ...]) -> Delivery | None:
        """The one that caused the record, as far as that can be told."""
        if self._ties is None:
            self._ties = Ties(self._run)
            for block, _ in self._blocks:
                _enter(self._ties, block)
        return self._ties.tie(record, outputs)

    def _keep(self, block: list[Delivery]) -> None:
        weight = _weight(block)
        self._blocks.append((block, weight))
        self._number += len(block)
        self._bytes += weight
        if self._ties is not None:
            _enter(self._ties, block)
        while self._blocks and (self._number > _DELIVERIES or self._bytes > _BYTES):
            oldest, weight = self._blocks.popleft()
            self._number -= len(oldest)
            self._bytes -= weight
            if self._ties is not None:
                self._ties.forget_all(oldest)


def _enter(ties: Ties, deliveries: Iterable[Delivery]) -> None:
    for delivery in deliveries:
        if ties.get(delivery.case.id) is None:
            ties.add(delivery)


def _weight(deliveries: Sequence[Delivery]) -> int:
    """Bytes of their values and of their effects'. What was copied has come in its own bytes: they count twice."""
    own = [(2 if delivery.copied else 1) * len(delivery.case.record.value or b"") for delivery in deliveries]
    others = [effect.record.record for delivery in deliveries if not delivery.copied for effect in delivery.effects]
    return sum(own) + sum([len(record.value or b"") for record in others])
