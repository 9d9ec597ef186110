"""Declared retries in invented histories: how many are right, and when they are endless."""

from __future__ import annotations

import msgspec
import pytest

from kcontract.judge.promises import compile_promises
from kcontract.judge.runs.summing import output_names
from kcontract.judge.state import UnitState
from kcontract.model.case import Expectation
from kcontract.model.contract import Retry
from kcontract.model.record import Record
from tests.unit.judge.story import AT, Story, contract

RETRIES = "orders.retry"


def retrying(backoff: float = 0.0) -> Story:
    """A service with three attempts, over a topic of its own."""
    one = contract()
    retry = Retry(at=AT, topic=RETRIES, attempts=3, backoff=backoff)
    receive = msgspec.structs.replace(one.receive[0], retry=retry)
    story = Story()
    one = msgspec.structs.replace(one, receive=(receive,))
    story.state = UnitState("run", compile_promises("billing", [one], ()))
    return story


def attempt(story: Story, case: str) -> None:
    """The record comes to the retry topic."""
    sent = story.cases[case].record
    story.seen(RETRIES, Record(sent.key, sent.value, sent.headers))


@pytest.mark.parametrize("expectation", list(Expectation))
def test_more_attempts_than_declared(expectation: Expectation) -> None:
    """ENDLESS_RETRY, whatever the record is."""
    story = retrying()
    story.window()
    story.send("1", expectation)
    for _ in range(4):
        attempt(story, "1")
    story.close()
    assert story.codes == ["ENDLESS_RETRY"]
    assert "4 times" in " ".join(story.verdict.seen)


def test_attempts_that_end() -> None:
    """Valid ones and invalid ones may go through the retry topic first; it is not undeclared."""
    story = retrying()
    story.window()
    story.send("1")
    story.invalid("2")
    for _ in range(3):
        attempt(story, "1")
        attempt(story, "2")
    story.effect("1")
    story.dead_letter("2")
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])


def test_attempts_over_topics_of_their_own() -> None:
    """They count together, and none of these topics is undeclared."""
    one = contract()
    retry = Retry(at=AT, topic=f"{RETRIES}-100", attempts=3, later=(f"{RETRIES}-200", f"{RETRIES}-400"))
    receive = msgspec.structs.replace(one.receive[0], retry=retry)
    one = msgspec.structs.replace(one, receive=(receive,))
    story = Story()
    story.state = UnitState("run", compile_promises("billing", [one], ()))
    assert set(retry.topics) < set(output_names(one, receive))
    story.window()
    story.invalid("1")
    story.invalid("2")
    for topic in retry.topics:
        story.seen(topic, story.cases["1"].record)
        story.seen(topic, story.cases["2"].record)
    story.dead_letter("1")
    story.seen(retry.topics[-1], story.cases["2"].record)
    story.dead_letter("2")
    story.close()
    assert (story.codes, story.verdict.case) == (["ENDLESS_RETRY"], "2")
    assert "over orders.retry-100, orders.retry-200, orders.retry-400" in story.verdict.promised


def test_attempts_of_two_processes() -> None:
    """After a restart they begin anew."""
    story = retrying()
    story.window()
    story.invalid("1")
    for _ in range(2):
        attempt(story, "1")
    story.exit()
    story.start()
    for _ in range(2):
        attempt(story, "1")
    story.dead_letter("1")
    story.close()
    assert story.codes == []


def test_endless_attempts_do_not_keep_a_window_open() -> None:
    """Those beyond the declared ones, and those for closed cases, are no new evidence to wait for."""
    story = retrying()
    story.window()
    story.invalid("1")
    for _ in range(4):
        attempt(story, "1")
    assert story.state.window is not None
    before = story.state.window.evidence_at
    story.wait(1.0)
    attempt(story, "1")
    assert story.state.window.evidence_at == before


def test_patience_is_that_of_the_declared_retries() -> None:
    """Attempts times back-off, generously."""
    assert retrying(backoff=0.5).state.patience == 3.0
