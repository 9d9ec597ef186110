"""What is fed in rows says the same as what is fed one by one."""

from __future__ import annotations

from itertools import groupby
from random import Random
from typing import Any

import pytest

from kcontract.judge.outcome_book import OutcomeBook
from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.case import Case, Expectation, Role
from kcontract.model.contract import Contract, Expression, Where
from kcontract.model.record import LogRecord, Record
from tests.unit.judge.story import AT, DLQ, OUT, Story, changed, contract

COPYING = changed(payload=None, where=Where(at=AT, pairs=(("", Expression("message.payload")),)))


class Told(Story):
    """Remembers what it tells, with everything of one window sent before any of it is seen."""

    def __init__(self, promised: Contract) -> None:
        self.events: list[ev.Event] = []
        self.answers: list[ev.Event] = []
        super().__init__(promised=promised)

    def tell(self, event: ev.Event) -> None:
        (self.answers if isinstance(event, ev.Seen) else self.events).append(event)

    def close(self, outcome: str = "settled") -> None:
        self.events += self.answers
        self.answers.clear()
        super().close(outcome)


def history(seed: int, promised: Contract) -> list[ev.Event]:
    """Windows of records that are handled, doubled, refused, mistaken, forgotten, or handled in a later window."""
    rng, story, late = Random(seed), Told(promised), list[Case]()  # noqa: S311 - test data
    for window in range(4):
        story.window()
        for number in range(30):
            name = f"{window * 100 + number}{rng.choice(['', '', '', '.1'])}"
            expectation = rng.choice([Expectation.VALID] * 4 + [Expectation.INVALID])
            role = rng.choice([Role.CASE] * 6 + [Role.SENTINEL, Role.REPEAT])
            sent = story.send(name, expectation, role=role, partition=number % 2)
            for _ in range(rng.choice([1] * 9 + [0, 2])):
                answer(story, rng, sent)
            if rng.random() < 0.1:
                late.append(sent)
        for case in late if window > 1 else ():
            story.seen(OUT, case.record)
        if rng.random() < 0.5:
            story.commit(10 * window)
        story.close(rng.choice(["settled", "settled", "exited"]))
    return story.events


def answer(story: Story, rng: Random, sent: Case) -> None:
    """Mostly what is promised."""
    valid = sent.expectation is Expectation.VALID
    topic = OUT if valid == (rng.random() < 0.9) else DLQ
    headers = sent.record.headers if rng.random() < 0.9 else ()
    value = sent.record.value if rng.random() < 0.9 else b'{"order": "nobody"}'
    story.seen(topic, Record(sent.record.key, value, headers))


def picture(state: UnitState) -> dict[str, Any]:
    """What a fold has come to."""
    window = state.window
    open_ones = [one.case.id for one in window.open] if window else []
    pictured: dict[str, Any] = {
        "reached": list(state.reached),
        "doubts": [(doubt.root, doubt.symptoms, doubt.dismissed) for doubt in state.doubts],
        "tally": state.tally.rows(),
        "open": open_ones,
        "lags": list(state.pace.commit_lags),
    }
    if window is not None:
        assert window.left == len(open_ones)
        pictured["window"] = [
            (window.owed, window.unplaced, window.progress_at, window.evidence_at, window.healthy),
            [(one.first_outcome_at, one.place, one.offset, len(one.effects)) for one in window.deliveries],
            list(window.sentinels),
        ]
    return pictured


@pytest.mark.parametrize("promised", [contract(), COPYING], ids=["read", "copied"])
@pytest.mark.parametrize("seed", range(8))
def test_rows_are_the_same_as_one_by_one(seed: int, promised: Contract) -> None:
    """After each row of a history with all sorts of mishaps the two folds agree."""
    alone, together = (UnitState("run", compile_promises("billing", [promised], ())) for _ in range(2))
    for _, row in groupby(history(seed, promised), type):
        events = list(row)
        for event in events:
            alone.feed(event)
        together.feed_all(events)
        assert picture(together) == picture(alone)
    assert alone.tally.cases > 20


def test_what_is_no_first_effect_does_not_end_a_row() -> None:
    """The first effects answer their cases; what follows a record of nobody counts as well."""
    story = Story(promised=COPYING)
    story.window()
    cases = [story.send(str(number)) for number in range(4)]
    foreign = Record(b"?", b"{}")
    records = [cases[0].record, cases[1].record, foreign, cases[1].record, cases[2].record]
    story.state.feed_all([ev.Seen(1.0, LogRecord(OUT, 0, n, record)) for n, record in enumerate(records)])
    window = story.state.window
    assert window is not None
    assert [one.case.id for one in window.open] == ["3"]
    assert (window.left, window.owed, window.progress_at) == (1, 1, 1.0)
    story.close()
    assert story.codes == [] and len(story.state.doubts) == 1
    assert story.state.untied.topic == OUT


def test_many_outcomes_are_noted_at_once() -> None:
    """As long as the cases are numbers, each one once, and none of them was noted before."""
    book = OutcomeBook()
    assert book.swap_new(["3", "1", "70"], "handled")
    assert book.noted == 3
    for roots in (["4", "3"], ["5", "5"], ["6", "x"], ["6", ""], ["²"], ["1" * 30]):
        assert not book.swap_new(roots, "late")
    assert book.noted == 3
    assert [book.swap(root, "late") for root in ("3", "1", "70", "4", "5", "6")] == ["handled"] * 3 + [""] * 3
