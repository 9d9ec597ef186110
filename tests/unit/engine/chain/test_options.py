"""What the command line says of chains."""

from __future__ import annotations

import pytest

from kcontract.errors import UsageError
from kcontract.model.case import Expectation
from kcontract.model.contract import Project
from kcontract.model.record import Record
from kcontract.model.stored import STORED_FORMAT, StoredCase
from kcontract.wiring.options import VerifyOptions, settings_of
from tests.unit.judge.story import contract

PROJECT = Project(root="/")


def test_the_services_of_a_chain_are_verified_alone_as_well() -> None:
    """Whatever else is selected."""
    options = VerifyOptions(together=("billing",), select=("billing",))
    settings = settings_of(options, PROJECT, [contract()], None)
    assert (settings.together, settings.select) == (("billing",), frozenset({"billing"}))
    with pytest.raises(UsageError, match="nobody"):
        settings_of(VerifyOptions(together=("billing", "nobody")), PROJECT, [contract()], None)


def test_a_finding_of_a_chain_is_not_sent_again() -> None:
    """Its records are made by the service before: the whole chain is what shows it once more."""
    stored = StoredCase(
        format=STORED_FORMAT, finding="0", unit="billing+booking", contract="c.yaml", topic="bills", kind="valid",
        expectation=Expectation.VALID, verdict="LOST", record=Record(), created="", version="",
    )  # fmt: skip
    with pytest.raises(UsageError) as caught:
        settings_of(VerifyOptions(), PROJECT, [contract()], stored)
    assert (caught.value.code, "--together billing,booking" in caught.value.fix) == ("CASE_CHAIN", True)


def test_a_record_that_is_sent_again_is_not_made_smaller() -> None:
    """It is what was kept of a finding, and what a smaller one shows is another matter."""
    stored = StoredCase(
        format=STORED_FORMAT, finding="0", unit="billing", contract="c.yaml", topic="bills", kind="valid",
        expectation=Expectation.VALID, verdict="LOST", record=Record(), created="", version="",
    )  # fmt: skip
    assert not settings_of(VerifyOptions(), PROJECT, [contract()], stored).shrink
    assert settings_of(VerifyOptions(), PROJECT, [contract()], None).shrink


def test_a_misspelt_kind_is_refused_before_anything_starts() -> None:
    """With the nearest one, and not by every unit of the run."""
    with pytest.raises(UsageError) as caught:
        settings_of(VerifyOptions(kinds=("valid", "bit_flp")), PROJECT, [contract()], None)
    assert (caught.value.code, caught.value.fix) == ("KIND_UNKNOWN", "did you mean bit_flip?")
    settings = settings_of(VerifyOptions(kinds=("valid", "truncated:start")), PROJECT, [contract()], None)
    assert settings.kinds == frozenset({"valid", "truncated:start"})
    assert settings_of(VerifyOptions(), PROJECT, [contract()], None).kinds is None
