"""JUnit XML: valid by Jenkins' XSD, read by a library that CI tools use, harmless whatever a record says."""

from __future__ import annotations

import io
from pathlib import Path

import msgspec
import pytest
import xmlschema
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from kcontract.ports import StreamItem
from tests.unit.report.findings import accepted_invalid, crashed
from tests.unit.report.machine import accepted, hostile, whole, written
from tests.unit.report.samples import started
from tests.unit.report.test_text_report import BILLING, LEFT, end, start

XSD = xmlschema.XMLSchema(Path(__file__).parent / "schemas" / "junit-10.xsd")


def suites(items: list[StreamItem]) -> dict[str, TestSuite]:
    """The suites by name."""
    text = written("junit", items)
    XSD.validate(text)
    return {str(suite.name): suite for suite in JUnitXml.fromroot(JUnitXml.fromstring(text.encode())._elem)}


def cases(suite: TestSuite) -> dict[str, TestCase]:
    return {str(case.name): case for case in suite}


@pytest.mark.parametrize("items", [whole(), hostile(), whole()[:5], []], ids=["whole", "hostile", "cut", "empty"])
def test_it_is_valid_for_jenkins(items: list[StreamItem]) -> None:
    """By the XSD of its xUnit plugin, whatever the run had to say and however it ended."""
    XSD.validate(written("junit", items))


def test_a_suite_is_a_unit_and_a_case_a_kind() -> None:
    """The names stay the same from run to run; what has no finding has passed."""
    found = suites([start(), started(), crashed(), end(crashed())])
    assert list(found) == ["billing"]
    made = cases(found["billing"])
    assert set(made) == {"valid", "union_index_bad", "truncated", "bit_flip"}
    assert {name for name, case in made.items() if case.is_passed} == {"valid"}
    assert {case.classname for case in made.values()} == {"kcontract.billing"}


def test_a_finding_stands_in_full_once() -> None:
    """At its first kind; its other kinds fail as well, and point there."""
    made = cases(suites([start(), started(), crashed(), end(crashed())])["billing"])
    (first,), (other,) = made["union_index_bad"].result, made["truncated"].result
    assert isinstance(first, Failure)
    assert (first.type, first.message) == (
        "CRASHED",
        "CRASHED 3f9a01c2: billing dies: an exit, a signal or an uncaught exception",
    )
    assert "kcontract replay 3f9a01c2" in str(first.text)
    assert other.text == "the same defect as with union_index_bad"


def test_an_accepted_finding_is_skipped() -> None:
    """With its reason, so that the build stays green and nobody forgets; beside another one it fails."""
    known = accepted(crashed())
    (result,) = cases(suites([start(), end(known)])["billing"])["bit_flip"].result
    assert isinstance(result, Skipped)
    assert str(result.message).endswith("; accepted: #12, next release")
    new = msgspec.structs.replace(crashed(), id="00000001")
    (result,) = cases(suites([start(), end(known, new)])["billing"])["bit_flip"].result
    assert isinstance(result, Failure)


def test_a_unit_that_is_left_to_another_command_is_skipped() -> None:
    """It is named, with the reason and the command."""
    found = suites([start(), started(), end(code=0, units=(BILLING, LEFT))])
    (result,) = cases(found["pure"])["is judged"].result
    assert isinstance(result, Skipped)
    assert str(result.message) == "handlers are not started: kcontract fuzz"
    assert (found["pure"].skipped, found["pure"].errors, found["pure"].tests) == (1, 0, 1)


def test_a_unit_that_could_not_run_is_an_error() -> None:
    """Not a failure: nothing was judged. Counts are those of the cases."""
    found = suites(whole())
    (result,) = cases(found["audit"])["can be run"].result
    assert isinstance(result, Error)
    assert (found["audit"].errors, found["audit"].failures, found["audit"].tests) == (1, 0, 1)
    assert found["billing"].failures == sum(
        isinstance(case.result[0], Failure) for case in found["billing"] if case.result
    )


def test_a_run_that_broke_off_is_no_success() -> None:
    """What was found by then is there, and an error that says so."""
    found = suites([start(), accepted_invalid(), BILLING])
    assert found["the run"].errors == 1
    assert found["billing"].failures == 1


def test_nothing_in_it_is_a_command() -> None:
    """Neither for the log of GitHub Actions, nor for a terminal."""
    for line in io.StringIO(written("junit", hostile())):
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert line.removesuffix("\n").isprintable()
