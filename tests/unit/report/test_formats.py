"""`--report FORMAT[=PATH]`."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from kcontract.errors import EXIT_ENVIRONMENT, EnvironmentFailureError, UsageError
from kcontract.model.summary import Progress
from kcontract.report.formats import FORMATS, Wanted, is_detailed, open_reports, parse_wanted
from tests.unit.report.test_text_report import end

ITEM = Progress("billing", "sending", 1, 2)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([], [Wanted("text")]),
        (["text"], [Wanted("text")]),
        (["json"], [Wanted("json")]),
        (["json=run.jsonl"], [Wanted("text"), Wanted("json", "run.jsonl")]),
        (["json", "text=a=b.txt"], [Wanted("json"), Wanted("text", "a=b.txt")]),
    ],
)
def test_what_is_asked_for(values: list[str], wanted: list[Wanted]) -> None:
    """Text for people, unless something else takes standard output."""
    assert list(parse_wanted(values)) == wanted


@pytest.mark.parametrize(("values", "detailed"), [([], False), (["junit=a"], False), (["text", "json=b"], True)])
def test_who_tells_of_each_record(values: list[str], *, detailed: bool) -> None:
    """The report for programs does: it is a history as well."""
    assert is_detailed(parse_wanted(values)) is detailed


@pytest.mark.parametrize(
    ("values", "code", "fix"),
    [
        (["jsn"], "REPORT_FORMAT", "did you mean json?"),
        (["xyzzy=a"], "REPORT_FORMAT", "one of text, json, junit, sarif, github, markdown"),
        (["json="], "REPORT_PATH", "json=PATH, or json"),
        (["json", "text"], "REPORT_TWICE", "give one of them another path: json=PATH"),
        (["json=a", "text=./a"], "REPORT_TWICE", "give one of them another path: json=PATH"),
    ],
)
def test_what_cannot_be_meant(values: list[str], code: str, fix: str) -> None:
    """Told before anything runs, with the way out."""
    with pytest.raises(UsageError) as caught:
        parse_wanted(values)
    assert (caught.value.code, caught.value.fix) == (code, fix)


def test_every_report_gets_every_item(tmp_path: Path) -> None:
    """Standard output and files at once."""
    stdout, path = io.StringIO(), tmp_path / "run.jsonl"
    reports = open_reports(parse_wanted([f"json={path}"]), stdout)
    reports.take(ITEM)
    reports.take(end(code=0))
    reports.close()
    assert len(path.read_text().splitlines()) == 2
    assert stdout.getvalue().endswith("exit 0: everything that was tested conforms\n")


def test_json_is_alone_on_standard_output() -> None:
    """No banner, no closing line."""
    stdout = io.StringIO()
    reports = open_reports(parse_wanted(["json"]), stdout)
    reports.take(ITEM)
    reports.close()
    assert stdout.getvalue().count("\n") == 1


def test_a_file_can_be_followed(tmp_path: Path) -> None:
    """A line is there as soon as its item was told."""
    path = tmp_path / "run.jsonl"
    reports = open_reports((Wanted("json", str(path)),), io.StringIO())
    reports.take(ITEM)
    assert path.read_text().count("\n") == 1
    reports.close()


def test_a_path_that_cannot_be_written_is_told_before_the_run(tmp_path: Path) -> None:
    """Not after an hour."""
    with pytest.raises(EnvironmentFailureError) as caught:
        open_reports((Wanted("text"), Wanted("json", str(tmp_path / "none" / "run.jsonl"))), io.StringIO())
    assert caught.value.code == "REPORT_UNWRITABLE"
    assert caught.value.exit_code == EXIT_ENVIRONMENT


class Failing(io.StringIO):
    """A stream on a full disk, or whose reader has gone."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def write(self, _text: str, /) -> int:
        raise self._error


def test_a_full_disk_is_an_error_of_the_surroundings() -> None:
    """The verdict may be right, but the report is not whole."""
    reports = open_reports((Wanted("json"),), Failing(OSError(28, "No space left on device")))
    with pytest.raises(EnvironmentFailureError) as caught:
        reports.take(ITEM)
    assert "No space left" in caught.value.message


def test_a_reader_that_has_gone_is_left_to_the_command_line() -> None:
    """`| head` is no error of the disk."""
    reports = open_reports((Wanted("json"),), Failing(BrokenPipeError(32, "Broken pipe")))
    with pytest.raises(BrokenPipeError):
        reports.take(ITEM)


def test_the_catalogue_of_formats() -> None:
    """Codes are unique and said in a line."""
    codes = [known.code for known in FORMATS]
    assert codes == ["text", "json", "junit", "sarif", "github", "markdown"]
    assert all(known.summary and "\n" not in known.summary for known in FORMATS)
