"""What is kept of closed windows, and for how long."""

from __future__ import annotations

from kcontract.judge.evidence import Delivery
from kcontract.judge.repeats.recent import _BYTES, _DELIVERIES, Recent
from kcontract.model.case import Role
from kcontract.model.record import LogRecord, Record
from tests.unit.judge.story import OUT, Story, changed


def deliveries(story: Story, count: int, value: bytes | None = None) -> list[Delivery]:
    """So many records of a window."""
    story.window()
    for number in range(count):
        story.send(f"{number}", value=value)
    assert story.state.window is not None
    return list(story.state.window.deliveries)


def ties(recent: Recent, story: Story, case: str) -> bool:
    """Whether an effect that carries the case's marker still finds it."""
    record = story.cases[case].record
    return recent.tie(LogRecord(OUT, 0, 0, record), story.state.promises.outputs[OUT]) is not None


def test_the_last_ones_are_known() -> None:
    """Asked for the first time, and again after more have come."""
    story, recent = Story(), Recent("run")
    kept = deliveries(story, 20)
    recent.keep(kept[:10])
    assert ties(recent, story, "3")
    assert not ties(recent, story, "13")
    recent.keep(kept[10:])
    assert ties(recent, story, "13")


def test_the_oldest_are_forgotten() -> None:
    """Memory does not grow with the run, whether it was asked before or not."""
    for asked_before in (False, True):
        story, recent = Story(), Recent("run")
        kept = deliveries(story, _DELIVERIES + 300)
        recent.keep(kept[:300])
        if asked_before:
            assert ties(recent, story, "0")
        recent.keep(kept[300:])
        assert not ties(recent, story, "0")
        assert ties(recent, story, str(_DELIVERIES + 299))


def test_large_ones_are_forgotten_sooner() -> None:
    """What they weigh counts as well."""
    story, recent = Story(), Recent("run")
    kept = deliveries(story, 3, value=b"x" * (_BYTES // 2))
    for one in kept:
        recent.keep([one])
    assert not ties(recent, story, "0")
    assert ties(recent, story, "2")


def test_what_may_be_an_open_record_s_own_is_no_late_effect_of_a_closed_one() -> None:
    """All records of a key say the same, and the correlation id was damaged: alone, the effect is the only case's."""
    same, bare = b'{"id": "k", "amount": 2}', (("correlation_id", b"x" * 9),)
    bill = Record(b"k", b'{"order": "k", "amount": 2}', bare)
    story = Story(promised=changed({"order": "key"}))
    story.window()
    for case, key in (("1", "k"), ("2", "j")):
        value = same.replace(b'"k"', f'"{key}"'.encode())
        story.send(case, kind="header_damage:oversize", key=key.encode(), value=value, headers=bare)
    story.close()
    story.window("alone", "2")
    story.send("2.1", kind="header_damage:oversize", key=b"k", value=same, headers=bare)
    story.send("9", key=b"k", value=same, role=Role.SENTINEL)
    story.seen(OUT, bill)
    story.seen(OUT, Record(b"k", bill.value, (("correlation_id", b"corr-9"),)))
    story.close()
    assert [doubt.settled for doubt in story.state.doubts if doubt.root == "2"] == [True]
    assert story.codes == []
