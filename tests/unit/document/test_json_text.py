"""JSON files: strict, exact and bounded."""

from __future__ import annotations

import pytest

from kcontract.document import codes
from kcontract.document.json_text import parse_json, read_json
from kcontract.document.mistakes import Notebook
from tests.unit.document.trees import MemoryTree


def test_integers_are_exact() -> None:
    """An example's numbers are what was written."""
    assert parse_json('{"n": 12345678901234567890123}') == {"n": 12345678901234567890123}


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "[Infinity]",
        '{"a": 1, "a": 2}',
        "[" * 300 + "]" * 300,
        "[" * 200_000,
        "",
        "{} {}",
        "'a'",
        "1" * 5_000,
        '"\\ud800"',
        '{"\\uDEAD": 1}',
        "-1e400",
    ],
    ids=range(12),
)
def test_what_is_not_json_is_refused(text: str) -> None:
    """Constants that JSON lacks, numbers beyond binary64, duplicate keys, and nesting that would exhaust the stack."""
    notebook = Notebook()
    tree = MemoryTree({"f.json": text.encode()})
    assert read_json(tree, "f.json", codes.SCHEMA_INVALID, 1_000_000, notebook) == (None, None)
    assert [mistake.code for mistake in notebook.mistakes] == ["SCHEMA_INVALID"]


def test_surrogate_pairs_are_characters() -> None:
    """Two escapes may stand for one character outside the basic plane."""
    assert parse_json('"\\ud83d\\ude00"') == "😀"


def test_a_mistake_in_json_has_its_place() -> None:
    """Line and column are those of the JSON file."""
    notebook = Notebook()
    read_json(MemoryTree({"f.json": b'{\n "a": x}'}), "f.json", codes.EXAMPLE_INVALID, 100, notebook)
    assert [str(mistake.at) for mistake in notebook.mistakes] == ["f.json:2:7"]


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    """Schemas and examples are UTF-8, too."""
    notebook = Notebook()
    read_json(MemoryTree({"f.json": b'"\xff"'}), "f.json", codes.EXAMPLE_INVALID, 100, notebook)
    assert [mistake.code for mistake in notebook.mistakes] == ["FILE_ENCODING"]
