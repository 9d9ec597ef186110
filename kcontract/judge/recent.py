"""Deliveries that are closed to evidence, kept for a while: what comes for them late may still be once too often."""

from __future__ import annotations

from collections import deque

from kcontract.judge.evidence import Delivery
from kcontract.judge.promises import Output
from kcontract.judge.ties import Ties
from kcontract.model.record import LogRecord

_DELIVERIES, _BYTES = 5_000, 16 * 2**20
"""The largest window twice, and what their records may weigh: memory must not grow with the run."""


class Recent:
    """The last deliveries of closed windows, oldest first."""

    def __init__(self, run: str) -> None:
        self._ties = Ties(run)
        self._kept: deque[Delivery] = deque()
        self._bytes = 0

    def keep(self, delivery: Delivery) -> None:
        """Remember it, and forget the oldest ones beyond the limits."""
        if self._ties.get(delivery.case.id) is not None:
            return
        self._ties.add(delivery)
        if delivery.place is not None:
            self._ties.acknowledge(delivery, delivery.place, delivery.offset)
        self._kept.append(delivery)
        self._bytes += _weight(delivery)
        while self._kept and (len(self._kept) > _DELIVERIES or self._bytes > _BYTES):
            oldest = self._kept.popleft()
            self._bytes -= _weight(oldest)
            self._ties.forget(oldest)

    def tie(self, record: LogRecord, outputs: tuple[Output, ...]) -> Delivery | None:
        """The one that caused the record, as far as that can be told."""
        return self._ties.tie(record, outputs)


def _weight(delivery: Delivery) -> int:
    return len(delivery.case.record.value or b"") + sum(len(e.record.record.value or b"") for e in delivery.effects)
