"""Counting what became of the cases, kind by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from kcontract.judge.evidence import Delivery
from kcontract.judge.outcome_book import OutcomeBook
from kcontract.model.case import Case, Expectation, Role
from kcontract.model.summary import KindCount

_CASE = Role.CASE
"""Looked up for each record: a class answers more slowly what its members are (until Python 3.12)."""
_ORDER = {expectation.value: rank for rank, expectation in enumerate(Expectation)}


@dataclass(slots=True)
class Tally:
    """Outcomes by kind and expectation. Re-sendings and the harness's own sentinels are not counted."""

    outcomes: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    _last: tuple[str, Expectation | None, Counter[str]] = field(default=("", None, Counter()))
    """The counter of the last case's kind with its variant: many follow each other."""
    _counted: OutcomeBook = field(default_factory=OutcomeBook)

    def count_all(self, deliveries: Sequence[Delivery], outcome: str) -> None:
        """Count them all with the same outcome."""
        cases = [delivery.case for delivery in deliveries if delivery.case.role is _CASE]
        if not cases:
            return
        first = cases[0]
        alike = all([case.kind == first.kind and case.expectation is first.expectation for case in cases])  # noqa: C419
        if alike and self._counted.swap_new([case.id for case in cases], outcome):
            self._counter_of(first)[outcome] += len(cases)
            return
        for delivery in deliveries:
            self.count(delivery, outcome)

    def count(self, delivery: Delivery, outcome: str) -> None:
        """The first outcome of a case, or its later verdict, which replaces it."""
        case = delivery.case
        if case.role is not _CASE:
            return
        counter = self._counter_of(case)
        before = self._counted.swap(case.root if "." in case.id else case.id, outcome)
        if before:
            counter[before] -= 1
        counter[outcome] += 1

    def _counter_of(self, case: Case) -> Counter[str]:
        kind, expectation, counter = self._last
        if case.kind != kind or case.expectation is not expectation:
            counter = self.outcomes.setdefault((case.code, case.expectation.value), Counter())
            self._last = case.kind, case.expectation, counter
        return counter

    def rows(self) -> tuple[KindCount, ...]:
        """The table, valid kinds last of all expectations of a kind."""
        rows = []
        for (kind, expectation), counter in sorted(self.outcomes.items(), key=lambda item: _rank(item[0])):
            outcomes = tuple((name, number) for name, number in counter.most_common() if number > 0)
            if outcomes:
                sent = sum(number for _, number in outcomes)
                rows.append(KindCount(kind=kind, expectation=expectation, sent=sent, outcomes=outcomes))
        return tuple(rows)

    @property
    def cases(self) -> int:
        return self._counted.noted


def _rank(key: tuple[str, str]) -> tuple[str, int]:
    return key[0], _ORDER[key[1]]


def plain_outcome(delivery: Delivery, *, committed: bool) -> str:
    """What became of a delivery with nothing wrong about it."""
    if delivery.refused:
        return "refused by the broker"
    if delivery.dead_letters:
        return "dead-lettered"
    if delivery.effects or delivery.is_shown:
        return "handled"
    if delivery.answers:
        return "answered"
    return "passed" if committed else "no trace"
