"""`where` functions: the judge takes the recorded answer, and asks nobody."""

from __future__ import annotations

import pytest

from kcontract.model import events as ev
from kcontract.model.contract import Where
from tests.unit.judge.story import AT, OUT, Story, changed

FUNCTION = "checks:same"


@pytest.mark.parametrize(("holds", "codes"), [(True, []), (False, ["MISREAD"]), (None, [])])
def test_what_a_function_says_of_an_effect(holds: bool | None, codes: list[str]) -> None:
    """No is MISREAD; a function that fails blames nobody, and is told."""
    story = Story(promised=changed(where=Where(at=AT, function=FUNCTION)))
    story.window()
    story.send("1")
    story.effect("1", amount=99)
    story.tell(ev.Decided(story.now, "1", OUT, 0, 0, holds, "" if holds is not None else "KeyError: 'x'"))
    story.close()
    assert story.codes == codes
    assert [what for what, _ in story.state.blind] == (["KeyError: 'x'"] if holds is None else [])
    assert [verdict.promised for verdict in story.state.reached] == [
        f"{FUNCTION} holds for each event on {OUT} and its input" for _ in codes
    ]
