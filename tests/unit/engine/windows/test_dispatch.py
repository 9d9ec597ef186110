"""What the broker says of many records is told at once, as far as they stand one behind the other."""

from __future__ import annotations

from kcontract.engine.own import OwnRecords
from kcontract.engine.windows.dispatch import in_a_row
from kcontract.model import events as ev
from tests.unit.judge.story import TOPIC, Story


def test_partitions_are_told_apart() -> None:
    """Acknowledgements come mixed; each partition has a row of its own."""
    told = [("1", "t", 0, 7), ("2", "t", 1, 0), ("3", "t", 0, 8), ("4", "u", 0, 9), ("5", "t", 1, 1)]
    assert in_a_row(told) == [("t", 0, 7, ["1", "3"]), ("t", 1, 0, ["2", "5"]), ("u", 0, 9, ["4"])]


def test_a_gap_begins_anew() -> None:
    """A transaction's marker, or a record of somebody else, may lie between."""
    assert in_a_row([("1", "t", 0, 7), ("2", "t", 0, 9), ("3", "t", 0, 10)]) == [
        ("t", 0, 7, ["1"]),
        ("t", 0, 9, ["2", "3"]),
    ]
    assert in_a_row([]) == []


def test_own_records_are_known_by_their_rows() -> None:
    """Rows that follow each other make one range."""
    own = OwnRecords()
    own.note("t", 0, 0, 3)
    own.note("t", 0, 3, 2)
    assert own.holds("t", 0, 4) and not own.holds("t", 0, 5)
    assert own.is_whole(("t", 0), 5)
    own.note("t", 0, 8, 2)
    assert own.holds("t", 0, 9) and not own.holds("t", 0, 6) and not own.is_whole(("t", 0), 10)


def test_a_row_places_each_of_its_cases() -> None:
    """As if each had been acknowledged alone: at the offset of its turn."""
    story = Story()
    story.window()
    first, second = story.invalid("1"), story.invalid("2")
    story.tell(ev.Placed(story.now, TOPIC, 1, 40, (first.id, second.id)))
    assert story.state.window is not None
    assert [(one.place, one.offset) for one in story.state.window.deliveries] == [((TOPIC, 1), 40), ((TOPIC, 1), 41)]
