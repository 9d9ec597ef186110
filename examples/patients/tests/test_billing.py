"""Billing refuses what breaks the contract of patient.created, and opens an invoice for everything else."""

from __future__ import annotations

from typing import Any

import pytest

import kcontract.testing
from examples.patients.common.worker import Rejected
from examples.patients.tests.conftest import OfflineBilling, record_of


@kcontract.testing.malformed("patient.created", receiver="billing")
def test_malformed_records_are_dead_lettered(case: Any, created: Any, billing: OfflineBilling) -> None:
    """Byte for byte."""
    record = record_of(created.adapted(case).record)
    with pytest.raises(Rejected):
        billing.handle(record)
    kcontract.testing.assert_dead_lettered(billing.on_rejected(record, "why"), record)


@kcontract.testing.valid("patient.created", receiver="billing")
def test_valid_records_open_an_invoice(case: Any, created: Any, billing: OfflineBilling) -> None:
    """One that the contract of invoice.opened calls valid."""
    (invoice,) = billing.handle(record_of(created.adapted(case).record))
    kcontract.testing.assert_valid_event(invoice, "invoice.opened")
