"""What a service that stands still, or ends, had promised of the record in its way."""

from __future__ import annotations

import pytest

from kcontract.model.case import Expectation, Role
from tests.unit.judge.story import Story

PROMISED = {
    Expectation.VALID: "billing handles each valid record, and goes on with the next",
    Expectation.INVALID: "for an invalid record billing writes a dead letter to",
    Expectation.EITHER: "billing handles this record like a valid one, or writes a dead letter to",
}


@pytest.mark.parametrize("expectation", PROMISED)
def test_the_promise_fits_the_record(expectation: Expectation) -> None:
    """A tombstone or a strange timestamp is no invalid record, and a valid one least of all."""
    story = Story()
    story.window("probe")
    story.send("1", role=Role.HEALTHY)
    story.effect("1")
    story.commit(1)
    story.close()
    story.window("alone", "3")
    story.send("2", role=Role.HEALTHY)
    story.send("3", expectation)
    story.send("4", role=Role.SENTINEL)
    story.effect("2")
    story.commit(2)
    story.wait(60.0)
    story.kill("stalled")
    story.close("stalled")
    assert story.codes == ["STUCK"]
    assert story.verdict.promised.startswith(PROMISED[expectation])
