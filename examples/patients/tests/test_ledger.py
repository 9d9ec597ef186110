"""Ledger skips what is no invoice, and books everything else."""

from __future__ import annotations

from typing import Any

import kcontract.testing
from examples.patients.common.worker import Rejected
from examples.patients.tests.conftest import OfflineLedger, record_of


@kcontract.testing.malformed("invoice.opened")
def test_what_is_no_invoice_is_refused(case: Any, ledger: OfflineLedger) -> None:
    """And leads to nothing."""
    kcontract.testing.assert_rejected(lambda record: ledger.handle(record_of(record)), case, (Rejected,))


@kcontract.testing.valid("invoice.opened")
def test_invoices_are_booked(case: Any, ledger: OfflineLedger) -> None:
    """Under their own key, with their own name."""
    (entry,) = ledger.handle(record_of(case.record))
    assert entry.key == case.record.key
    assert case.payload["invoice_id"].encode() in (entry.value or b"")
