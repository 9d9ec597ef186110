"""Effects that come only once later records are sent."""

from __future__ import annotations

from kcontract.judge.later import IT_WAITS, LaterBook
from kcontract.model.case import Role
from tests.unit.judge.story import Story


def window(story: Story, *, before: str = "", behind: str = "hs", outcome: str = "stalled") -> None:
    """A healthy record, a sentinel and a further one in one partition. `before` and `behind` that: whose effects come,
    by their first letters (the further sentinel is n)."""
    number = f"{story.now:.3f}"
    story.window("warm")
    story.send(f"h{number}", role=Role.HEALTHY)
    story.send(f"s{number}", role=Role.SENTINEL)
    for one in before:
        story.effect(one + number)
    story.wait(5)
    story.send(f"n{number}", role=Role.SENTINEL)
    for one in behind:
        story.effect(one + number)
    story.wait(5)
    if outcome == "stalled":
        story.kill("stalled")
    story.close(outcome)


def waits(story: Story) -> bool:
    return story.state.book(LaterBook).waits


def test_it_must_be_seen_twice_in_a_row() -> None:
    story = Story()
    window(story)
    assert not waits(story)
    window(story, behind="hsn", outcome="settled")
    window(story)
    assert not waits(story)
    window(story)
    assert waits(story)


def test_it_is_told_at_the_end_as_well() -> None:
    """Whatever came later."""
    story = Story()
    for _ in range(2):
        window(story)
    window(story, before="hs", behind="n", outcome="settled")
    assert waits(story)
    story.state.close()
    assert IT_WAITS in [what for what, _ in story.state.blind]


def test_others_that_stand_still_are_none_of_these() -> None:
    """An effect came before; one never came; it never was sent another record; it only was slow."""
    for before, behind in (("h", "s"), ("", "h"), ("", ""), ("hs", "")):
        story = Story()
        for _ in range(3):
            window(story, before=before, behind=behind)
        assert not waits(story)
    assert all("later" not in what for what, _ in story.state.blind)


def test_a_service_that_is_slow_to_start_is_none_of_these() -> None:
    """All came with the further sentinel, and so did its own."""
    story = Story()
    for outcome in ("settled", "stalled", "stalled"):
        window(story, behind="hsn", outcome=outcome)
    assert not waits(story)


def test_what_did_not_stand_still_is_none_of_these() -> None:
    story = Story()
    for _ in range(3):
        window(story, outcome="stopped")
    assert not waits(story)
