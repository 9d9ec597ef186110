"""What ties a record to its case, and what must not: kind by kind where nothing else helps."""

from __future__ import annotations

import json

import msgspec

from kcontract.model import events as ev
from kcontract.model.case import CASE_HEADER, Expectation, Role
from kcontract.model.contract import Expression
from kcontract.model.record import Record
from tests.unit.judge.story import DLQ, OUT, TOPIC, Story, changed, contract


def test_the_marker_of_another_run_names_nobody() -> None:
    """Other evidence of the same record counts then."""
    story = Story()
    story.window()
    sent = story.invalid("1")
    story.seen(DLQ, Record(sent.record.key, sent.record.value, ((CASE_HEADER, b"other/1"),)))
    story.close()
    assert story.codes == ["DEAD_LETTER_ALTERED"]


def test_a_fresh_key_names_its_case() -> None:
    """Though value and headers are lost."""
    story = Story()
    story.window()
    story.invalid("1", key=b"id-1")
    story.seen(DLQ, Record(b"id-1", b"changed"))
    story.close()
    assert story.codes == ["DEAD_LETTER_ALTERED"]


def test_a_pooled_key_names_nobody() -> None:
    """Many records have it."""
    story = Story(promised=changed({"order": "key"}))
    story.window()
    story.invalid("1", key=b"id-1")
    story.seen(DLQ, Record(b"id-1", b"changed"))
    story.close()
    assert story.codes == []


def test_a_record_that_names_two_cases_is_nobody_s() -> None:
    """The key is one case's, the identity in the value another's."""
    usual = contract()
    message = msgspec.structs.replace(usual.message, identity=Expression("message.payload", "/id"))
    story = Story(promised=msgspec.structs.replace(usual, message=message))
    story.window()
    story.invalid("1", key=b"id-1")
    story.invalid("2")
    story.seen(DLQ, Record(b"id-1", b'{"id": "id-2", "amount": 7}'))
    story.close()
    assert (story.codes, len(story.state.doubts)) == ([], 2)


def test_a_short_key_that_was_drawn_twice_names_nobody() -> None:
    """Keys of three letters meet sooner or later; equal bytes tell then whose dead letter it is."""
    story = Story()
    story.window()
    for case, expectation in (("1", Expectation.INVALID), ("2", Expectation.VALID)):
        story.send(case, expectation, key=b"sov", tokens=(f"id-{case}".encode(), b"sov"))
    story.dead_letter("1", headers=())
    story.effect("2")
    story.close()
    assert [(verdict.case, verdict.code) for verdict in story.state.reached] == [("1", "DEAD_LETTER_ALTERED")]


def test_what_comes_of_a_repeat_is_its_original_s() -> None:
    """Both have the same bytes, so that nothing tells them apart."""
    story = Story()
    story.window()
    sent = story.send("1")
    story.tell(ev.Sent(story.now, 1, msgspec.structs.replace(sent, id="2", role=Role.REPEAT)))
    story.tell(ev.Acknowledged(story.now, "2", TOPIC, 0, 1))
    story.effect("1", headers=False)
    first, repeat = story.state.ties.get("1"), story.state.ties.get("2")
    assert first is not None
    assert repeat is not None
    assert (len(first.effects), len(repeat.effects)) == (1, 0)


def test_a_dead_letter_with_nothing_but_its_value_is_no_repeat_s() -> None:
    """What comes of a repeat is its original's: it is never looked for by what it holds."""
    story = Story()
    story.window()
    sent = story.invalid("1")
    story.dead_letter("1", headers=(), key=None)
    story.tell(ev.Sent(story.now, 1, msgspec.structs.replace(sent, id="1.1", role=Role.REPEAT, tokens=())))
    story.tell(ev.Acknowledged(story.now, "1.1", TOPIC, 0, 1))
    story.dead_letter("1", headers=(), key=None)
    first, repeat = story.state.ties.get("1"), story.state.ties.get("1.1")
    assert first is not None
    assert repeat is not None
    assert (len(first.dead_letters), len(repeat.dead_letters)) == (1, 0)


def test_an_effect_may_have_its_correlation_id_elsewhere() -> None:
    """The effect's own expression goes before the message's."""
    story = Story(promised=changed(where=None, correlation_id=Expression("message.header", "cause")))
    story.window()
    for case in "12":
        story.send(case)
    story.seen(OUT, Record(None, json.dumps({"order": "x"}).encode(), (("cause", b"corr-2"),)))
    story.close()
    assert [doubt.root for doubt in story.state.doubts] == ["1"]


def test_what_is_left_over_belongs_to_the_only_open_case() -> None:
    """To neither of two."""
    story = Story()
    story.window("alone", "1")
    story.invalid("1.1")
    story.invalid("1.2")
    story.seen(DLQ, Record(None, b"re-encoded"))
    story.close()
    assert story.codes == []


def test_what_was_closed_is_tied_to_no_more() -> None:
    """Not even by its marker: of what comes late another book knows."""
    story = Story()
    story.window()
    story.send("1")
    open_one = story.state.ties.get("1")
    assert open_one is not None
    story.state.ties.forget(open_one)
    assert story.state.ties.get("1") is None
