"""Who is lost beside others is told with what may have taken it down."""

from __future__ import annotations

from kcontract.model.case import Expectation
from tests.unit.judge.story import Story, alone

EITHER, INVALID = Expectation.EITHER, Expectation.INVALID


def lost_in_a_batch(*, with_either: bool, partition: int = 0) -> Story:
    """A window whose records of one batch are lost, twice; alone they are handled, but for one that may be dropped."""
    story = Story()
    for window in ("case", "repeat"):
        dot = "" if window == "case" else ".2"
        story.window(*(() if window == "case" else (window, "1")))
        story.invalid(f"1{dot}", kind="wrong_root")
        story.dead_letter(f"1{dot}")
        story.send(f"2{dot}")
        story.effect(f"2{dot}")
        story.send(f"3{dot}")
        if with_either:
            story.invalid(f"4{dot}", kind="empty_value")
            story.send(f"5{dot}", EITHER, kind="header_damage:not_utf8", partition=partition)
        story.close()
        if window == "case":
            alone(story, "3", right=True)
            if with_either:
                alone(story, "4", INVALID, right=True)
    return story


def facts(story: Story, case: str) -> tuple[str, ...]:
    return next(verdict.seen for verdict in story.state.reached if verdict.case == case)


def test_what_may_be_dropped_is_named_before_other_victims() -> None:
    """Nothing else tells of a record that may be passed over, and takes its batch along."""
    story = lost_in_a_batch(with_either=True)
    assert story.codes == ["COLLATERAL", "NOT_DEAD_LETTERED"]
    assert facts(story, "3")[-1] == "nothing came either of header_damage:not_utf8, empty_value beside it"
    assert facts(story, "4")[-1] == "nothing came either of header_damage:not_utf8 beside it"


def test_a_record_of_another_partition_stands_beside_nobody() -> None:
    """Batches are of one partition."""
    story = lost_in_a_batch(with_either=True, partition=1)
    assert facts(story, "3")[-1] == "nothing came either of empty_value beside it"


def test_nobody_is_named_where_all_others_had_their_outcome() -> None:
    """The dead-lettered and the handled one are no suspects."""
    story = lost_in_a_batch(with_either=False)
    assert story.codes == ["COLLATERAL"]
    assert facts(story, "3")[-1] == "the same window sent once more misses it again"
