"""What a delivery shows, and what it does not show beside that."""

from __future__ import annotations

import pytest

from kcontract.judge.symptoms import Symptom
from kcontract.model.contract import DeadLetter, OnInvalid
from tests.unit.judge.story import AT, DLQ, Story, changed


@pytest.mark.parametrize(
    ("preserve", "change"),
    [
        (("key", "headers"), {"value": b"wrapped"}),
        (("value", "headers"), {"key": b"other"}),
    ],
    ids=["value", "key"],
)
def test_a_dead_letter_may_change_what_is_not_promised(preserve: tuple[str, ...], change: dict[str, bytes]) -> None:
    """`preserve` names what must stay, and nothing else must."""
    letter = DeadLetter(at=AT, topic=DLQ, preserve=preserve)
    rule = OnInvalid(at=AT, policy="deadLetter", dead_letter=letter)
    story = Story(promised=changed({"on_invalid": rule}))
    story.window()
    story.invalid("1")
    story.dead_letter("1", **change)
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])


def test_a_rejected_record_does_not_lack_its_effect_as_well() -> None:
    """It has an outcome, though the wrong one."""
    story = Story()
    story.window()
    story.send("1")
    story.dead_letter("1")
    story.close()
    assert [doubt.symptoms for doubt in story.state.doubts] == [{Symptom.REJECTED}]


@pytest.mark.parametrize(("partition", "codes"), [(0, []), (1, ["DEAD_LETTER_ALTERED"])], ids=["same", "another"])
def test_a_partition_that_is_promised(partition: int, codes: list[str]) -> None:
    """The dead letter stands in partition 0."""
    rule = OnInvalid(at=AT, policy="deadLetter", dead_letter=DeadLetter(at=AT, topic=DLQ, preserve=("partition",)))
    story = Story(promised=changed({"on_invalid": rule}))
    story.window()
    story.invalid("1", partition=partition)
    story.dead_letter("1")
    story.close()
    assert story.codes == codes
