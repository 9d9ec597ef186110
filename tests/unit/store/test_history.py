"""The history on disk: whole blocks, also after a kill."""

from __future__ import annotations

import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path
from struct import Struct

import msgspec
import pytest
from msgspec import structs

from kcontract.errors import EnvironmentFailureError, UsageError
from kcontract.model.case import Case, Expectation
from kcontract.model.contract import Contract
from kcontract.model.events import (
    Acknowledged,
    Committed,
    Event,
    RunEnded,
    RunStarted,
    Seen,
    Sent,
    UnitStarted,
    WindowOpened,
)
from kcontract.model.record import LogRecord, Record
from kcontract.ports import History
from kcontract.store.history import HistoryFile, read_history, read_summaries
from tests.unit.judge.story import contract

HEAD = Struct(">BI")
RECORD = Record(b"k\xff", None, (("h", b"\x00"), ("h", None), ("\u2028\n", b"")), 5)
EVENTS: tuple[Event, ...] = (
    RunStarted(0.0, "r1", "0.1", 7, "Apache Kafka", "embedded", "2026-01-01T00:00:00Z"),
    WindowOpened(0.5, 1, "probe"),
    Sent(0.6, 1, Case("1", "t", RECORD, "valid", Expectation.VALID, tokens=(b"a",))),
    Acknowledged(0.7, "1", "t", 0, 3),
    Seen(0.8, LogRecord("t", 0, 3, RECORD)),
    Committed(0.9, "t", 0, 4),
    RunEnded(1.0),
)


def written(path: Path) -> Path:
    history: History = HistoryFile(path)
    for event in EVENTS:
        history.append(event)
    history.close()
    return path


def in_blocks(path: Path) -> list[bytes]:
    """A history that was flushed behind each event, block by block."""
    history = HistoryFile(path)
    blocks = []
    for event in EVENTS:
        begin = path.stat().st_size
        history.append(event)
        history.flush()
        blocks.append(path.read_bytes()[begin:])
    history.close()
    return blocks


def test_what_is_appended_is_read_in_order(tmp_path: Path) -> None:
    """All kinds of events, with any bytes in them, as they were."""
    assert tuple(read_history(written(tmp_path / "h.msgpack"))) == EVENTS
    assert len(in_blocks(tmp_path / "b.msgpack")) == len(EVENTS)
    assert tuple(read_history(tmp_path / "b.msgpack")) == EVENTS


def test_any_reader_of_messagepack_finds_its_way(tmp_path: Path) -> None:
    """The file is a row of binary values, each of which holds an array of maps."""
    for block, event in zip(in_blocks(tmp_path / "h.msgpack"), EVENTS, strict=True):
        (told,) = msgspec.msgpack.decode(msgspec.msgpack.decode(block))
        assert (told["event"], told["at"]) == (type(event).__name__, event.at)


def examples_of(*values: object) -> Contract:
    plain = contract()
    return structs.replace(plain, message=structs.replace(plain.message, examples=values))


def test_numbers_of_any_size_are_kept(tmp_path: Path) -> None:
    """A contract's examples may hold some that MessagePack cannot."""
    path = tmp_path / "h.msgpack"
    events = [UnitStarted(1.0, "u", (examples_of(number),)) for number in (2**63, 2**64, -(2**63) - 1, 10**30)]
    history = HistoryFile(path)
    for event in events:
        history.append(event)
        history.flush()
    history.close()
    assert list(read_history(path)) == events


def test_a_torn_last_block_is_left_out(tmp_path: Path) -> None:
    """Wherever the kill cut it."""
    path = tmp_path / "h.msgpack"
    *blocks, last = in_blocks(path)
    for cut in range(1, len(last) + 1):
        path.write_bytes(b"".join(blocks) + last[:-cut])
        assert tuple(read_history(path)) == EVENTS[:-1]


def test_a_damaged_block_is_an_error(tmp_path: Path) -> None:
    """It is not passed over in silence: the place is named."""
    path = tmp_path / "h.msgpack"
    blocks = in_blocks(path)
    at = len(blocks[0]) + len(blocks[1])
    martian = msgspec.msgpack.encode([{"event": "Martian", "at": 1}])
    for broken in (
        b"\n" * 9,
        HEAD.pack(0xC6, 0),
        HEAD.pack(0xDB, 3) + b"{}\n",
        HEAD.pack(0xC6, len(martian)) + martian,
        blocks[2][:5] + b"\xc1",
    ):
        path.write_bytes(b"".join([*blocks[:2], broken, *blocks[3:]]))
        with pytest.raises(UsageError, match=rf"h\.msgpack, byte {at}: not an event") as caught:
            tuple(read_history(path))
        assert caught.value.code == "HISTORY_DAMAGED"


def test_a_head_that_claims_too_much_takes_no_memory(tmp_path: Path) -> None:
    """What is not there is not waited for, and no room is made for it."""
    path = tmp_path / "h.msgpack"
    first, *_ = in_blocks(path)
    path.write_bytes(first + HEAD.pack(0xC6, 2**32 - 1) + b"x" * 1_000)
    tracemalloc.start()
    try:
        assert tuple(read_history(path)) == EVENTS[:1]
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()


def test_lines_of_a_json_report_are_a_history_as_well(tmp_path: Path) -> None:
    """Those that are no events are passed over; one that is broken is named, but for a last one that was cut off."""
    path = tmp_path / "r.jsonl"
    lines = [msgspec.json.encode(event) + b"\n" for event in EVENTS]
    summary = b'{"type":"run","run":"r1"}\n'
    path.write_bytes(b"".join([*lines, summary]))
    assert tuple(read_history(path)) == EVENTS
    assert list(read_summaries(path)) == [summary.decode()]
    path.write_bytes(b"".join(lines)[:-2])
    assert tuple(read_history(path)) == EVENTS[:-1]
    for broken in (b"\n", b"{}\n", b"\xff\n", lines[2][:40] + b"\n", b'{"event":"Martian","at":1}\n'):
        path.write_bytes(b"".join([*lines[:2], broken, *lines[3:]]))
        with pytest.raises(UsageError, match=r"r\.jsonl, line 3: not an event") as caught:
            tuple(read_history(path))
        assert caught.value.code == "HISTORY_DAMAGED"


def test_what_a_record_says_is_no_line_of_a_report(tmp_path: Path) -> None:
    """A history holds the bytes of records as they are, whatever they look like."""
    path = tmp_path / "h.msgpack"
    history = HistoryFile(path)
    history.append(Seen(1.0, LogRecord("t", 0, 0, Record(value=b'\n{"type":"run"}\n'))))
    history.close()
    assert list(read_summaries(path)) == []


def test_a_missing_history_is_an_error(tmp_path: Path) -> None:
    """So is a directory in its place."""
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(UsageError) as caught:
            tuple(read_history(path))
        assert caught.value.code == "HISTORY_MISSING"


def test_batches_are_written_before_the_end(tmp_path: Path) -> None:
    """A large batch goes to the disk without waiting, and all of it on close, once."""
    path = tmp_path / "h.msgpack"
    history = HistoryFile(path)
    event = Seen(1.0, LogRecord("t", 0, 0, Record(value=b"x" * 100_000)))
    for _ in range(4):
        history.append(event)
    assert len(path.read_bytes()) > 250_000
    history.close()
    history.close()
    assert list(read_history(path)) == [event] * 4


def test_a_killed_writer_leaves_a_readable_history(tmp_path: Path) -> None:
    """What was written before is there."""
    path = tmp_path / "h.msgpack"
    script = (
        "import itertools, sys, pathlib\n"
        "from kcontract.store.history import HistoryFile\n"
        "from kcontract.model.events import Committed\n"
        "history = HistoryFile(pathlib.Path(sys.argv[1]))\n"
        "for n in itertools.count():\n"
        "    history.append(Committed(0.0, 'topic', 0, n))\n"
        "    if n == 50_000: print('go', flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"go\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    offsets = [event.offset for event in read_history(path) if isinstance(event, Committed)]
    assert len(offsets) > 30_000
    assert offsets == list(range(len(offsets)))


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """A folder that is not there, for one."""
    with pytest.raises(EnvironmentFailureError) as caught:
        HistoryFile(tmp_path / "missing" / "h.msgpack")
    assert caught.value.code == "STORE_UNWRITABLE"
