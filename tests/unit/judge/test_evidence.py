"""What a window remembers that excuses a service."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.unit.judge.story import Story

HAPPENED: dict[str, Callable[[Story], None]] = {
    "an exit": lambda story: story.exit(),
    "standing still": lambda story: story.kill("stalled"),
    "a start": lambda story: story.start(),
}


@pytest.mark.parametrize("what", HAPPENED)
def test_a_disturbed_window(what: str) -> None:
    """Each of them alone makes a miss no proof of collateral damage, and no measure of the pace."""
    story = Story()
    story.window()
    story.send("1")
    window = story.state.window
    assert window is not None
    assert not window.disturbed
    HAPPENED[what](story)
    assert window.disturbed
