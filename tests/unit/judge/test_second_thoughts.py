"""What was missing may come after the verdict, and batches do not fall the same way twice."""

from __future__ import annotations

import msgspec
import pytest

from kcontract.judge.doubts import LEADS_PER_SYMPTOM
from kcontract.judge.verdict import COMPANY
from kcontract.model.case import Expectation
from kcontract.model.contract import Expression
from kcontract.model.record import Record
from tests.unit.judge.story import OUT, Story, alone, changed


def blamed_for_silence() -> Story:
    """An invalid record without a dead letter, alone once more as well, beside one that has its own."""
    story = Story()
    story.window()
    story.invalid("1")
    story.invalid("2", kind="wrong_root")
    story.dead_letter("2")
    story.commit(2)
    story.wait(2.0)
    story.close()
    alone(story, "1", Expectation.INVALID, right=False)
    assert story.codes == ["NOT_DEAD_LETTERED"]
    return story


def test_a_dead_letter_after_the_verdict_takes_it_back() -> None:
    """A producer may linger for seconds; from then on negatives wait as long."""
    story = blamed_for_silence()
    story.wait(3.0)
    story.dead_letter("1")
    assert story.codes == []
    assert story.state.pace.longest_gap > 3.0
    assert dict(story.state.tally.rows()[0].outcomes) == {"late": 1}


@pytest.mark.parametrize("changed", [{"value": b"other"}, {"key": b"other"}])
def test_a_late_dead_letter_that_was_altered_takes_nothing_back(changed: dict[str, bytes]) -> None:
    """It is not what was promised either."""
    story = blamed_for_silence()
    story.dead_letter("1", **changed)
    assert story.codes == ["NOT_DEAD_LETTERED"]


def test_an_effect_after_the_verdict_takes_it_back() -> None:
    """A slow way is a way."""
    story = Story()
    story.window()
    story.send("1")
    story.close()
    alone(story, "1", right=False)
    assert story.codes == ["SKIPPED_VALID"]
    story.effect("1")
    assert story.codes == []


def swallowed(again: set[int]) -> Story:
    """A window whose valid records were all missed, and of which these were missed again."""
    story, cases = Story(), range(LEADS_PER_SYMPTOM + 4)
    story.window()
    for number in cases:
        story.send(str(number))
    story.close()
    for number in cases[:LEADS_PER_SYMPTOM]:
        alone(story, str(number), right=True)
    story.window("repeat", "1")
    for number in cases:
        story.send(f"{number}.2")
        if number not in again:
            story.effect(f"{number}.2")
    story.close()
    return story


def test_a_follower_that_was_missed_twice_is_collateral() -> None:
    """Though its lead was handled the second time: where a poll's batch ends is chance."""
    story = swallowed({LEADS_PER_SYMPTOM + 1, LEADS_PER_SYMPTOM + 3})
    assert [(verdict.code, verdict.case) for verdict in story.state.reached] == [
        ("COLLATERAL", str(LEADS_PER_SYMPTOM + 1)),
        ("COLLATERAL", str(LEADS_PER_SYMPTOM + 3)),
    ]


def test_what_is_not_missed_again_is_nobody_s_fault() -> None:
    """Lead or follower."""
    assert swallowed(set()).codes == []


def test_each_window_has_a_lead_of_its_own() -> None:
    """Another window once more tells nothing of this one."""
    story = Story()
    for window in range(2):
        story.window()
        for number in range(LEADS_PER_SYMPTOM + 2):
            story.send(f"{window}{number:02}")
        story.close()
    leads = {doubt.window for doubt in story.state.doubts if doubt.lead is None}
    assert leads == {1, 2}
    assert all(doubt.lead is None or doubt.lead.window == doubt.window for doubt in story.state.doubts)


def anonymous(*, right: bool) -> Story:
    """Two valid records whose correlation ids were taken from them. Nothing else ties the effects, of which one, as
    many as a careful service would have sent, comes for each of them; alone it comes where it is `right`."""
    story = Story(promised=changed(where=None))
    story.window()
    for case in ("1", "2"):
        sent = story.send(case, kind="header_damage:missing", headers=())
        story.seen(OUT, Record(sent.record.key, b'{"order": "?"}'))
    story.close()
    for case in ("1", "2"):
        story.window("alone", case)
        story.send(f"{case}.1", kind="header_damage:missing", headers=())
        if right:
            story.seen(OUT, Record(None, b'{"order": "?"}'))
        story.close()
    return story


@pytest.mark.parametrize(("right", "codes"), [(True, []), (False, ["SKIPPED_VALID"] * 2)])
def test_records_that_cannot_be_told_apart(right: bool, codes: list[str]) -> None:
    """Without their correlation ids they are judged alone only: in company any effect or none proves nothing."""
    story = anonymous(right=right)
    assert not any(doubt.wants_repeat for doubt in story.state.doubts)
    story.state.close()
    assert story.codes == codes


def test_what_would_tell_them_apart_is_said() -> None:
    """Effects that tie to nothing are no reason to run it once more."""
    story = anonymous(right=True)
    story.state.close()
    assert [remedy for _, remedy in story.state.blind if "kcontract-case" in remedy]


def unnamed(story: Story, effects: int) -> None:
    """A valid record that is missing its effect, and so many effects that say nothing; then the record alone between
    two healthy ones, with one such effect for each, if there are any."""
    story.window()
    story.send("1", headers=())
    for _ in range(effects):
        story.seen(OUT, Record(None, b'{"order": "?"}'))
    story.close()
    story.window("alone", "1")
    for case in ("1.1", "8", "9"):
        story.send(case, headers=())
        for _ in range(min(effects, 1)):
            story.seen(OUT, Record(None, b'{"order": "?"}'))
    story.close()


@pytest.mark.parametrize(("effects", "codes"), [(2, []), (0, ["SKIPPED_VALID"])], ids=["come", "do not come"])
def test_effects_that_a_contract_has_no_name_for(effects: int, codes: list[str]) -> None:
    """Keys are few under `order: key`, and the contract names nothing else: only if no effect comes it is missing."""
    usual = changed({"order": "key"}, where=None)
    key = Expression("message.payload", "/id")
    message = msgspec.structs.replace(usual.message, key_from=key, correlation_id=None)
    story = Story(promised=msgspec.structs.replace(usual, message=message))
    unnamed(story, effects)
    story.state.close()
    assert story.codes == codes


def test_effects_that_lack_what_the_contract_names() -> None:
    """A correlation id is named: a service that leaves it out owes its effects all the same."""
    story = Story(promised=changed({"order": "key"}, where=None))
    unnamed(story, 2)
    story.state.close()
    assert story.codes == ["SKIPPED_VALID"]


def repeated_early(*, right: bool) -> Story:
    """The window is played once more before its record was tried alone."""
    story = Story()
    story.window()
    story.invalid("1")
    story.close()
    story.window("repeat", "1")
    story.invalid("1.2")
    story.close()
    alone(story, "1", Expectation.INVALID, right=right)
    return story


def test_a_window_once_more_before_its_records_alone() -> None:
    """It settles nothing by itself, and is not played again: what the record does alone is still wanted."""
    company, itself = repeated_early(right=True), repeated_early(right=False)
    assert company.codes == itself.codes == ["NOT_DEAD_LETTERED"]
    assert any("the same window sent once more" in fact for fact in company.verdict.seen)
    assert company.verdict.cause == COMPANY
    assert any("the same alone behind a healthy record" in fact for fact in itself.verdict.seen)
    assert itself.verdict.cause != COMPANY
