"""What Hypothesis draws among the valid records of a handler."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from kcontract.model.called import Handed, Handled
from kcontract.model.case import VALID_KIND
from kcontract.model.drawn import Drawn, DrawOrder
from kcontract.model.events import Sent
from kcontract.model.record import Record
from tests.unit.engine.fuzz.test_calling import Fuzzed, right

HEADERS = (("correlation_id", b"00000000-0000-4000-8000-000000000001"),)


class Drawings:
    """Implements `ports.Drawer` and `ports.Drawing`: so many records, then perhaps a problem."""

    def __init__(self, count: int, problem: str = "") -> None:
        self._count, self._wanted, self.problem, self.fix = count, problem, "", "mend it"
        self.orders: list[DrawOrder] = []
        self.closed = 0

    def draw(self, order: DrawOrder) -> Drawings:
        self.orders.append(order)
        return self

    def __iter__(self) -> Iterator[Drawn]:
        for number in range(min(self._count, self.orders[-1].count)):
            value = b'{"id": "00000000-0000-4000-8000-000000000001", "amount": %d}' % (1_000_000 + number)
            yield Drawn(Record(b"k", value, HEADERS), (b"00000000-0000-4000-8000-000000000001",))
        self.problem = self._wanted

    def close(self) -> None:
        self.closed += 1


def valid(run: Fuzzed) -> list[str]:
    """The notes of the valid cases that were handed over, in their order."""
    sent = [event.case for event in run.history.events if isinstance(event, Sent)]
    return [case.note for case in sent if case.kind == VALID_KIND and case.role.value == "case"]


def test_some_are_drawn_and_no_more_are_sent_than_asked_for() -> None:
    """At the end, a tenth of all, with an identity of its own, in the same order each time."""
    drawer, again = Drawings(1_000), Drawings(1_000)
    run = Fuzzed(right, drawer=drawer)
    notes = valid(run)
    assert len(notes) == 40
    count = notes.count("drawn by Hypothesis")
    assert 1 <= count <= 4
    assert notes[-count:] == ["drawn by Hypothesis"] * count
    assert valid(Fuzzed(right, drawer=again)) == notes
    values = [one.record.value or b"" for one in run.handler.seen]
    assert [b"000000000001" in value for value in values if b"1000000}" in value] == [False]
    assert drawer.closed == 1


def test_long_runs_draw_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Among four of kcontract's own each, in the second half: there is time for it."""
    monkeypatch.setattr("kcontract.engine.fuzz.drawing._FEW", 10)
    notes = valid(Fuzzed(right, drawer=Drawings(1_000)))
    assert len(notes) == 40
    assert notes.count("drawn by Hypothesis") in (1, 2)
    assert notes[-1] != "drawn by Hypothesis"


def test_what_hypothesis_finds_is_made_smaller_and_told_once() -> None:
    """As any finding is: by kcontract's own shrinking, which asks the oracle again."""

    def careless(handed: Handed, before: int) -> Handled:
        large = right(handed).how == "returned" and msgspec.json.decode(handed.record.value or b"")["amount"] == 10**6
        return Handled("raised", error="Traceback\nKeyError: 'x'\n") if large else right(handed, before)

    run = Fuzzed(careless, drawer=Drawings(1_000))
    assert run.findings == [("CRASHED", "valid")]


def test_why_it_draws_no_more_is_told() -> None:
    """As a blind spot: nothing is wrong with the handler; the others are kcontract's own then."""
    run = Fuzzed(right, drawer=Drawings(0, "Hypothesis is not installed"))
    blind = dict(run.summary.units[0].blind)
    assert blind["orders: Hypothesis drew no records, or too few: Hypothesis is not installed"] == "mend it"
    assert len(valid(run)) == 40


def test_nothing_is_ordered_where_no_valid_record_is_wanted() -> None:
    """Nor for a replay."""
    drawer = Drawings(1_000)
    Fuzzed(right, drawer=drawer, kinds=frozenset({"missing_required"}))
    assert drawer.orders == []
