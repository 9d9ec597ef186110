"""Output in bounded files."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kcontract.host.output import BoundedFile, pump, tail


@given(chunks=st.lists(st.binary(min_size=1, max_size=50), max_size=60))
def test_beginning_and_end_are_kept(chunks: list[bytes]) -> None:
    """Whatever is written, the file is bounded, starts as the output started, ends as it ended, and counts the rest."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "out"
        file = BoundedFile(path, head=40, tail=30)
        for chunk in chunks:
            file.write(chunk)
        file.close()
        kept = path.read_bytes()
    whole = b"".join(chunks)
    assert len(kept) <= 40 + 2 * 30 + len(b"\n... 3000 bytes left out ...\n")
    assert kept.startswith(whole[:40])
    assert kept.endswith(whole[-30:])
    note = re.search(rb"\n\.\.\. (\d+) bytes left out \.\.\.\n", kept)
    assert len(whole) == (len(kept) if note is None else len(kept) - len(note[0]) + int(note[1]))


def test_a_pump_copies_until_the_end(tmp_path: Path) -> None:
    """Everything that goes into the pipe arrives in the file."""
    source, sink = os.pipe()
    thread = pump(os.fdopen(source, "rb", buffering=0), tmp_path / "out")
    os.write(sink, b"one\n")
    os.write(sink, b"two\n")
    os.close(sink)
    thread.join(10)
    assert (tmp_path / "out").read_bytes() == b"one\ntwo\n"


def test_the_tail_of_a_file(tmp_path: Path) -> None:
    """The last bytes of a file, bytes that are no text replaced, and nothing of a file that is not there."""
    (tmp_path / "out").write_bytes(b"x" * 100 + b"\xff end")
    assert tail(tmp_path / "out", 5) == "\ufffd end"
    assert tail(tmp_path / "absent") == ""
