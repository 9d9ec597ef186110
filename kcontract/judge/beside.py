"""Which records of a window had no outcome, and need not be valid: a neighbour's loss may be their doing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from kcontract.judge.evidence import Delivery
from kcontract.model.case import Expectation
from kcontract.model.record import TopicPartition

_MOST = 4


class Silent:
    """Those of one window. Looked for when the first doubt asks."""

    def __init__(self, deliveries: Iterable[Delivery]) -> None:
        self._deliveries = deliveries

    def near(self, delivery: Delivery) -> tuple[str, ...]:
        """Up to four other kinds of its partition: first what may be passed over, for nothing else tells of it, then
        what may not, each from the nearest on."""
        others = self._by_place.get(delivery.place, ()) if delivery.place else ()
        near = sorted(others, key=lambda one: (_is_owed(one), abs(one.offset - delivery.offset)))
        kinds = dict.fromkeys(one.case.kind for one in near if one.case.kind != delivery.case.kind)
        return tuple(kinds)[:_MOST]

    @cached_property
    def _by_place(self) -> dict[TopicPartition, list[Delivery]]:
        found: dict[TopicPartition, list[Delivery]] = {}
        for one in self._deliveries:
            if one.place and one.expectation is not Expectation.VALID and not one.refused and not one.has_outcome:
                found.setdefault(one.place, []).append(one)
        return found


def _is_owed(one: Delivery) -> bool:
    return one.expectation is Expectation.INVALID
