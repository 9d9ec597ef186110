"""DUPLICATE_EFFECT of dead letters: what earns it, and what comes close."""

from __future__ import annotations

import pytest

from kcontract.judge.runs.history import unit_findings
from kcontract.model import events as ev
from kcontract.model.case import Case, Expectation, Role
from tests.unit.judge.story import DLQ, TOPIC, Story


def told(story: Story, cases: int = 3, copies: int = 2) -> list[str]:
    """The verdicts on so many invalid records with so many dead letters each, when the unit has ended."""
    story.window()
    for number in range(1, cases + 1):
        story.invalid(str(number))
        for _ in range(copies):
            story.dead_letter(str(number))
    story.close()
    story.state.close()
    return story.codes


def test_two_dead_letters_of_one_delivery() -> None:
    """Three records with two copies each are one finding, and the first names both copies."""
    story = Story()
    assert told(story) == ["DUPLICATE_EFFECT"] * 3
    first = story.state.reached[0]
    assert first.seen[1] == f"2 dead letters came to {DLQ}: {DLQ}/0@0, {DLQ}/0@1"
    assert first.promised == f"for each invalid record billing writes one dead letter to {DLQ}"
    assert len(unit_findings("billing", story.state, "run")) == 1


@pytest.mark.parametrize(("cases", "copies"), [(2, 2), (5, 1)], ids=["now and then", "once each"])
def test_what_a_careful_service_writes(cases: int, copies: int) -> None:
    """One copy each; a producer that sent once more after a time-out is not blamed for that."""
    assert told(Story(), cases, copies) == []


def test_what_may_have_been_delivered_twice() -> None:
    """At-least-once delivery: a start between the two explains them."""
    story = Story()
    story.window()
    for case in ("1", "2", "3"):
        story.invalid(case)
        story.dead_letter(case)
    story.start()
    for case in ("1", "2", "3"):
        story.dead_letter(case)
    story.close()
    story.state.close()
    assert story.codes == []


def test_copies_that_do_not_name_their_case() -> None:
    """Without the marker a copy is tied by what it holds, and may be another record's."""
    story = Story()
    story.window()
    for case in ("1", "2", "3"):
        headers = tuple(pair for pair in story.invalid(case).record.headers if pair[0] == "correlation_id")
        story.dead_letter(case, headers=headers)
        story.dead_letter(case, headers=headers)
    story.close()
    story.state.close()
    assert "DUPLICATE_EFFECT" not in story.codes


def test_the_same_bytes_sent_again() -> None:
    """A record that is sent twice on purpose has its dead letter twice."""
    story = Story()
    story.window()
    for number in (1, 2, 3):
        sent = story.invalid(str(number))
        story.tell(ev.Redelivered(story.now, sent.id, "the same bytes again"))
        again = Case(f"{number}.1", TOPIC, sent.record, sent.kind, Expectation.INVALID, Role.REPEAT)
        story.tell(ev.Sent(story.now, 1, again))
        story.tell(ev.Acknowledged(story.now, again.id, TOPIC, 0, 90 + number))
        story.dead_letter(str(number))
        story.dead_letter(str(number))
    story.close()
    story.state.close()
    assert story.codes == []


def test_valid_records_are_another_matter() -> None:
    """Dead-lettered at all is what is wrong with them."""
    story = Story()
    story.window()
    for case in ("1", "2", "3"):
        story.send(case)
        story.dead_letter(case)
        story.dead_letter(case)
    story.close()
    story.state.close()
    assert "DUPLICATE_EFFECT" not in story.codes


def test_how_many_there_were_is_told() -> None:
    """A dead letter topic that the service reads itself gets each of them again and again."""
    story = Story()
    story.window()
    for case in ("1", "2", "3"):
        story.invalid(case)
        for _ in range(7):
            story.dead_letter(case)
    story.close()
    story.state.close()
    assert set(story.codes) == {"DUPLICATE_EFFECT"}
    assert (
        "7 dead letters came to orders.dlq, the first of them: orders.dlq/0@0, orders.dlq/0@1"
        in story.state.reached[0].seen
    )
