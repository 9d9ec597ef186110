"""Policy `stop` in invented histories: the exit is what was promised, and going on is not."""

from __future__ import annotations

from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model.case import Role
from kcontract.model.record import Record
from tests.unit.judge.story import OUT, Story, contract


def stopping() -> Story:
    """A healthy record that is handled, then an invalid one, in a window of its own."""
    story = Story("skip")
    story.state = UnitState("run", compile_promises("billing", [contract("stop")], ()))
    story.window("stop", "2")
    story.send("1", role=Role.HEALTHY)
    story.effect("1")
    story.commit(1)
    story.invalid("2")
    return story


def test_an_exit_is_what_was_promised() -> None:
    """Nobody is blamed, and the case counts as stopped."""
    story = stopping()
    story.exit()
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])
    assert [row.outcomes for row in story.state.tally.rows()] == [(("stopped", 1),)]


def test_standing_still_is_what_was_promised() -> None:
    """A later record in the same partition has no effect; one in another partition has."""
    story = stopping()
    story.send("3", role=Role.SENTINEL)
    story.send("4", role=Role.SENTINEL, partition=1)
    story.effect("4")
    story.close()
    assert story.codes == []


def test_a_later_effect() -> None:
    """DID_NOT_STOP."""
    story = stopping()
    story.send("3", role=Role.SENTINEL)
    story.effect("3")
    story.close()
    assert story.codes == ["DID_NOT_STOP"]
    assert "was handled" in " ".join(story.verdict.seen)


def test_a_commit_past_it() -> None:
    """DID_NOT_STOP, also where the service exits then."""
    story = stopping()
    story.commit(2)
    story.exit()
    story.close()
    assert story.codes == ["DID_NOT_STOP"]


def test_a_commit_in_front_of_it() -> None:
    """The offset of the record itself is the next to be read."""
    story = stopping()
    story.commit(1)
    story.close()
    assert story.codes == []


def test_an_effect_for_it() -> None:
    """ACCEPTED_INVALID comes first; going on is told as well."""
    story = stopping()
    story.effect("2")
    story.commit(2)
    story.close()
    assert story.codes == ["ACCEPTED_INVALID"]
    assert story.verdict.also == ("DID_NOT_STOP",)


def test_a_window_that_never_got_there() -> None:
    """Not even its healthy record was handled in time: nothing is said."""
    story = stopping()
    story.commit(2)
    story.close("stopped")
    assert story.codes == []


def test_another_partition_goes_on() -> None:
    """Its records were not behind the one that must stop the service."""
    story = stopping()
    for case in "345":
        story.send(case, partition=1)
        story.effect(case)
    story.exit()
    story.close()
    assert story.codes == []


def test_an_effect_that_names_nobody_is_not_the_record_s() -> None:
    """Only a case that is tried alone owns what is left over."""
    story = stopping()
    story.seen(OUT, Record(None, b'{"order": "x"}'))
    story.exit()
    story.close()
    assert story.codes == []
