"""Bytes as hex, the changed ones marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kcontract.report.hexdump import hexdump


def texts(data: bytes, **settings: object) -> list[str]:
    """The dump's lines without the spaces at their ends."""
    return [line.text.rstrip() for line in hexdump(data, **settings)]  # type: ignore[arg-type]


def test_a_small_value() -> None:
    """Offset, hex, ASCII; what is not ASCII is a dot."""
    assert texts(b"\x00\x03Ada\xff", columns=8) == ["0000  00 03 41 64 61 ff        ..Ada."]


def test_changed_bytes_stand_in_brackets() -> None:
    """So they are to be seen in a log without colours; `marks` are their columns."""
    (line,) = hexdump(b"\x00\x01\x02\x03", changed=[(1, 3)], columns=4)
    assert line.text == "0000  00[01 02]03  ...."
    assert [line.text[start:end] for start, end in line.marks] == ["01", "02"]


def test_touching_changes_are_two() -> None:
    """The second bracket opens where the first one would close."""
    assert texts(b"\x00\x01", changed=[(0, 1), (1, 2)], columns=2) == ["0000 [00[01] .."]


def test_a_place_where_bytes_are_missing() -> None:
    """An empty span is a bar, also behind the last byte."""
    assert texts(b"\x00\x01", changed=[(1, 1)], columns=2) == ["0000  00|01  .."]
    assert texts(b"\x00\x01", changed=[(2, 2)], columns=2) == ["0000  00 01| .."]


def test_a_run_over_rows_goes_on() -> None:
    """It opens in one row and closes in the next."""
    assert texts(b"abcd", changed=[(1, 3)], columns=2) == ["0000  61[62  ab", "0002  63]64  cd"]


def test_nothing_is_one_row() -> None:
    """An empty value still has a line."""
    assert texts(b"", columns=4) == ["0000"]


def test_the_dull_middle_is_left_out() -> None:
    """First rows, the rows around a change, the last row, and how many bytes are not shown."""
    data = bytes(range(256)) * 4
    shown = texts(data, changed=[(512, 513)], columns=16, rows=6)
    assert [line[:4] for line in shown if not line.startswith("…")] == ["0000", "0010", "01f0", "0200", "0210", "03f0"]
    assert [line for line in shown if line.startswith("…")] == ["… 464 bytes …", "… 464 bytes …"]


def test_offsets_grow_with_the_value() -> None:
    """A megabyte needs five digits, everywhere alike."""
    shown = texts(bytes(1 << 20), columns=16, rows=4)
    assert shown[0].startswith("000000  ")
    assert shown[-1].startswith("0ffff0  ")


@given(st.binary(max_size=600), st.integers(4, 16), st.integers(2, 10), st.lists(st.integers(0, 599), max_size=6))
def test_every_byte_is_shown_or_counted(data: bytes, columns: int, rows: int, places: list[int]) -> None:
    """Shown bytes and the numbers of those left out add up to the value."""
    spans = [(place, place + 1) for place in places if place < len(data)]
    hidden = shown = 0
    for line in hexdump(data, changed=spans, columns=columns, rows=rows):
        if line.text.startswith("…"):
            hidden += int(line.text.split()[1].replace(",", ""))
        else:
            cells = line.text[4 : 4 + 3 * columns + 1].translate(str.maketrans("[]|", "   ")).split()
            shown += len(cells)
    assert shown + hidden == len(data)
