"""Each finding names the command that shows it again, and no other."""

from __future__ import annotations

from msgspec import structs

from kcontract.judge.verdict import COMPANY
from kcontract.report.rerun import rerun
from tests.unit.report.findings import collateral, crashed, undeclared_event


def test_a_record_that_does_it_alone_is_replayed() -> None:
    """By the finding's id."""
    assert rerun(crashed()) == f"kcontract replay {crashed().id}"


def test_what_only_happens_among_others_is_verified_again() -> None:
    """Alone the record is handled as promised, and `replay` would say so."""
    whole = f"kcontract verify --receiver {crashed().unit}"
    beside = structs.replace(crashed(), first=structs.replace(crashed().first, cause=COMPANY))
    assert rerun(collateral()) == rerun(beside) == whole
    during = structs.replace(crashed(), first=structs.replace(crashed().first, during="killed"))
    assert rerun(during) == f"{whole} --faults killed"


def test_what_has_no_record_of_ours_has_no_command() -> None:
    """Nothing is stored of it."""
    assert rerun(undeclared_event()) == ""
