"""The history on disk: whole lines, also after a kill."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kcontract.errors import EnvironmentFailureError, UsageError
from kcontract.model.case import Case, Expectation
from kcontract.model.events import Acknowledged, Committed, Event, RunEnded, RunStarted, Seen, Sent, WindowOpened
from kcontract.model.record import LogRecord, Record
from kcontract.ports import History
from kcontract.store.history import HistoryFile, read_history

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


def test_what_is_appended_is_read_in_order(tmp_path: Path) -> None:
    """All kinds of events, with any bytes in them, one line each."""
    path = written(tmp_path / "h.jsonl")
    assert tuple(read_history(path)) == EVENTS
    assert path.read_bytes().count(b"\n") == len(EVENTS)


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    """Wherever the kill cut it."""
    path = written(tmp_path / "h.jsonl")
    whole = path.read_bytes()
    last = len(whole.splitlines()[-1]) + 1
    for cut in range(2, last + 1):
        path.write_bytes(whole[:-cut])
        assert tuple(read_history(path)) == EVENTS[:-1]


def test_a_damaged_line_before_the_end_is_an_error(tmp_path: Path) -> None:
    """It is not passed over in silence: the line is named."""
    path = written(tmp_path / "h.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    for broken in (b"\n", b"{}\n", b"\xff\n", lines[2][:40] + b"\n", b'{"event":"Martian","at":1}\n'):
        path.write_bytes(b"".join([*lines[:2], broken, *lines[3:]]))
        with pytest.raises(UsageError, match=r"h\.jsonl:3: not an event") as caught:
            tuple(read_history(path))
        assert caught.value.code == "HISTORY_DAMAGED"


def test_a_missing_history_is_an_error(tmp_path: Path) -> None:
    """So is a directory in its place."""
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(UsageError) as caught:
            tuple(read_history(path))
        assert caught.value.code == "HISTORY_MISSING"


def test_batches_are_written_before_the_end(tmp_path: Path) -> None:
    """A large batch goes to the disk without waiting, and all of it on close, once."""
    path = tmp_path / "h.jsonl"
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
    path = tmp_path / "h.jsonl"
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
        HistoryFile(tmp_path / "missing" / "h.jsonl")
    assert caught.value.code == "STORE_UNWRITABLE"
