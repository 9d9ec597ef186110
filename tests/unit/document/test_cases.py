"""Each file under `cases/` names in comments what is wrong with it and where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kcontract.document.codes import CATALOGUE
from tests.unit.document.trees import HERE, load

CASES = sorted((HERE / "cases").glob("*.yaml"))
_EXPECTED = re.compile(r"^# (?P<code>[A-Z_]+) (?:(?P<file>[^:\n]+):)?(?P<line>\d+):(?P<column>\d+)$", re.MULTILINE)
_OTHERS = re.compile(r"^# with contracts: (.*)$", re.MULTILINE)
BYTES = {
    "FILE_ENCODING": b"kcontract: 1\nowner: \xff\n",
    "FILE_TOO_LARGE": b"#" * (1024 * 1024 + 1),
}
"""What has no form as a text file."""


def expected_in(text: str) -> set[tuple[str, str]]:
    """The codes and places that the comments of a case name."""
    return {
        (match["code"], f"{match['file'] or 'contracts/case.yaml'}:{match['line']}:{match['column']}")
        for match in _EXPECTED.finditer(text)
    }


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_case_has_the_mistakes_that_it_names(case: Path) -> None:
    """Every mistake is found, with its code, file, line and column, and no other."""
    text = case.read_text(encoding="utf-8")
    others = [name for match in _OTHERS.finditer(text) for name in match[1].split()]
    loaded = load(text, *others)
    assert {(mistake.code, str(mistake.at)) for mistake in loaded.mistakes} == expected_in(text) != set()


@pytest.mark.parametrize("code", BYTES)
def test_bytes_that_are_no_text_are_a_mistake(code: str) -> None:
    """Files that cannot be fixtures are refused by their code."""
    assert [mistake.code for mistake in load(BYTES[code]).mistakes] == [code]


def test_every_code_of_the_catalogue_is_reached() -> None:
    """No code is in the catalogue that no file can have."""
    reached = {code for case in CASES for code, _ in expected_in(case.read_text(encoding="utf-8"))} | set(BYTES)
    assert {code.name for code in CATALOGUE} == reached


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_contract_with_errors_is_left_out(case: Path) -> None:
    """A contract is there exactly if all its mistakes are warnings; mistakes say what is wrong and what to do."""
    loaded = load(case.read_text(encoding="utf-8"))
    assert len(loaded.contracts) == (0 if loaded.errors else 1)
    assert all(mistake.message and len(mistake.message) < 500 for mistake in loaded.mistakes)


def test_a_list_of_sections_is_shown() -> None:
    """Who writes a mapping where a list of sections stands sees how one is written."""
    text = "kcontract: 1\ntopic: t\nmessage:\n  payload: {type: object}\n  references: {a: b}\n"
    assert [mistake.fix for mistake in load(text).mistakes] == ["write a list: [{name: …, subject: …, file: …}]"]
