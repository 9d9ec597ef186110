"""Case files: exact bytes, atomic, with clear errors."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import msgspec
import pytest

from kcontract.errors import EnvironmentFailureError, UsageError
from kcontract.model.case import Expectation, Layer, Rejection
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredReference, RegisteredSchema
from kcontract.model.stored import STORED_FORMAT, StoredCase
from kcontract.store.cases import list_cases, load_case, save_case

SCHEMA = RegisteredSchema(7, "t-value", 2, "avro", '"string"', (RegisteredReference("n", "s", 1),), "guid")
CASE = StoredCase(
    format=STORED_FORMAT, finding="0a1b2c3d", unit="billing", contract="contracts/t.yaml", topic="t",
    kind="trailing_bytes:one", expectation=Expectation.INVALID, verdict="ACCEPTED_INVALID",
    record=Record(b"", b"\x00\x00\x00\x00\x07\xff", (("h", None), ("h", b"\xfe")), 12),
    created="2026-01-01T00:00:00Z", version="0.1.0", parent=b"\x00",
    rejection=Rejection(Layer.DECODE, "trailing_bytes", "1 byte left", 5), schemas=(SCHEMA,), note="one byte more",
)  # fmt: skip


def test_a_case_comes_back_as_it_was(tmp_path: Path) -> None:
    """Every byte, null and empty told apart."""
    path = save_case(tmp_path, CASE)
    assert path == tmp_path / ".kcontract" / "cases" / "0a1b2c3d.json"
    assert load_case(tmp_path, "0a1b2c3d") == CASE
    assert list_cases(tmp_path) == ("0a1b2c3d",)


def test_a_case_file_is_for_people_too(tmp_path: Path) -> None:
    """Indented JSON with its format, bytes in base64, readable by whoever may read the project."""
    path = save_case(tmp_path, CASE)
    written = json.loads(path.read_text())
    assert (written["format"], written["record"]["value"], written["expectation"]) == (1, "AAAAAAf/", "invalid")
    assert path.read_text().startswith('{\n  "format": 1,\n')
    assert stat.S_IMODE(path.stat().st_mode) & 0o400


def test_a_case_is_written_over_an_older_one(tmp_path: Path) -> None:
    """The newest example of a finding stays, alone."""
    save_case(tmp_path, CASE)
    newer = msgspec.structs.replace(CASE, record=Record(), note="smaller")
    path = save_case(tmp_path, newer)
    assert load_case(tmp_path, CASE.finding) == newer
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_an_unknown_case_is_an_error_with_what_there_is(tmp_path: Path) -> None:
    """And with what was probably meant."""
    with pytest.raises(UsageError, match="none is: `verify`") as caught:
        load_case(tmp_path, "0a1b2c3d")
    assert caught.value.code == "CASE_UNKNOWN"
    save_case(tmp_path, CASE)
    with pytest.raises(UsageError, match="did you mean 0a1b2c3d"):
        load_case(tmp_path, "0a1b2c3e")
    with pytest.raises(UsageError, match="stored: 0a1b2c3d"):
        load_case(tmp_path, "../../etc/passwd")


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"\xff", b'{"format": 1}', b"x" * 100, json.dumps({"format": "1"}).encode()],
)
def test_a_damaged_case_is_an_error(tmp_path: Path, content: bytes) -> None:
    """With its path."""
    path = save_case(tmp_path, CASE)
    path.write_bytes(content)
    with pytest.raises(UsageError, match="is not a case file") as caught:
        load_case(tmp_path, CASE.finding)
    assert caught.value.code == "CASE_DAMAGED"


def test_a_case_of_a_later_format_is_an_error(tmp_path: Path) -> None:
    """It might mean something else."""
    save_case(tmp_path, msgspec.structs.replace(CASE, format=2))
    with pytest.raises(UsageError, match="has format 2"):
        load_case(tmp_path, CASE.finding)


@pytest.mark.parametrize("finding", ["", "..", "a/b", "a\0", ".x", "x" * 65])
def test_an_id_that_is_no_file_name_is_refused(tmp_path: Path, finding: str) -> None:
    """Nothing is written."""
    with pytest.raises(UsageError) as caught:
        save_case(tmp_path, msgspec.structs.replace(CASE, finding=finding))
    assert caught.value.code == "CASE_ID"
    assert not (tmp_path / ".kcontract").exists()


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """A file stands where the cases should lie, and stays."""
    (tmp_path / ".kcontract").mkdir()
    (tmp_path / ".kcontract" / "cases").write_text("mine")
    with pytest.raises(EnvironmentFailureError) as caught:
        save_case(tmp_path, CASE)
    assert caught.value.code == "STORE_UNWRITABLE"
    assert (tmp_path / ".kcontract" / "cases").read_text() == "mine"
