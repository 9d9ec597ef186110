"""A service that sends on what it got, byte for byte: most records of it are judged at a glance."""

from __future__ import annotations

import pytest

from kcontract.judge.symptoms import keeps_copy
from kcontract.model import events as ev
from kcontract.model.contract import Contract, Expression, Where
from kcontract.model.record import LogRecord, Record
from tests.unit.judge.story import AT, OUT, Story, changed


@pytest.fixture
def copying() -> Contract:
    """Orders in, the same orders out."""
    return changed(payload=None, where=Where(at=AT, pairs=(("", Expression("message.payload")),)))


def test_same_bytes_are_handled(copying: Contract) -> None:
    """Nothing is read, and the case counts."""
    story = Story(promised=copying)
    story.window()
    sent = story.send("1")
    story.seen(OUT, sent.record)
    assert keeps_copy(story.state.window.deliveries[0])  # type: ignore[union-attr]
    story.close()
    assert story.codes == [] and story.state.doubts == []
    assert [row.outcomes for row in story.state.tally.rows()] == [(("handled", 1),)]


def test_other_spelling_is_read(copying: Contract) -> None:
    """The same meaning in other bytes is right as well."""
    story = Story(promised=copying)
    story.window()
    sent = story.send("1")
    story.seen(OUT, Record(sent.record.key, b'{"amount": 2, "id": "id-1"}', sent.record.headers))
    story.close()
    assert story.codes == [] and story.state.doubts == []


def test_another_value_is_misread(copying: Contract) -> None:
    """Bytes that differ are compared by what they say."""
    story = Story(promised=copying)
    story.window()
    sent = story.send("1")
    story.seen(OUT, Record(sent.record.key, b'{"id": "id-1", "amount": 3}', sent.record.headers))
    story.close()
    assert story.codes == ["MISREAD"]


def test_copy_beside_a_dead_letter_is_doubted(copying: Contract) -> None:
    """Handled and refused at once is not what was promised."""
    story = Story(promised=copying)
    story.window()
    sent = story.send("1")
    story.seen(OUT, sent.record)
    story.dead_letter("1")
    assert not keeps_copy(story.state.window.deliveries[0])  # type: ignore[union-attr]
    story.close()
    assert len(story.state.doubts) == 1


def test_copy_of_an_invalid_record_is_accepted(copying: Contract) -> None:
    """It has no effect to keep."""
    story = Story(promised=copying)
    story.window()
    sent = story.invalid("1")
    story.seen(OUT, sent.record)
    story.close()
    assert story.codes == ["ACCEPTED_INVALID"]


@pytest.fixture
def in_a_row(copying: Contract) -> Story:
    """Ten orders whose copies came together, but for one with other bytes."""
    story = Story(promised=copying)
    story.window()
    records = [story.send(str(number)).record for number in range(10)]
    records[7] = Record(records[7].key, b'{"id": "id-7", "amount": 3}', records[7].headers)
    story.state.feed_all([ev.Seen(story.now, LogRecord(OUT, 0, n, record)) for n, record in enumerate(records)])
    return story


def test_each_of_a_row_is_compared(in_a_row: Story) -> None:
    """Those with their own bytes are right at a glance, and the one with others is read."""
    assert [one.copied for one in in_a_row.state.window.deliveries].count(True) == 9  # type: ignore[union-attr]
    in_a_row.close()
    assert [(verdict.code, verdict.case) for verdict in in_a_row.state.reached] == [("MISREAD", "7")]


def test_what_comes_behind_a_row_counts(in_a_row: Story) -> None:
    """A dead letter for a copied record makes it doubtful."""
    in_a_row.dead_letter("3")
    in_a_row.close()
    assert [doubt.root for doubt in in_a_row.state.doubts] == ["3"]
