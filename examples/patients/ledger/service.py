"""Ledger: invoice.opened in, ledger.booked out; a record that is not an invoice is logged and skipped."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import jsonschema_rs

from examples.patients.common.rules import text
from examples.patients.common.worker import Event, Record, Rejected, Worker

INVOICE = jsonschema_rs.validator_for(json.loads(Path("schemas/patients/invoice_opened.json").read_text("utf-8")))
ENTRIES = uuid.UUID("0f4c2d8e-8a55-4c0e-9d0f-5c5d3f0b7a21")
COPIED = ("invoice_id", "correlation_id", "patient", "name", "deposit", "account_no", "weight_kg", "occurred_at")


class Ledger(Worker):
    """One entry for each invoice."""

    def handle(self, record: Record) -> list[Event]:
        invoice = self.decode(record)
        if text(record.key, "key") != invoice["patient"]:
            raise Rejected("the key is not the invoice's patient")
        entry = {name: invoice[name] for name in COPIED}
        entry["entry_id"] = str(uuid.uuid5(ENTRIES, invoice["invoice_id"]))
        return [Event(self.settings.out, record.key, json.dumps(entry).encode(), [])]

    def on_rejected(self, _record: Record, _reason: str) -> list[Event]:
        """Skipped: the log line of the worker is all that is left of it."""
        return []

    def decode(self, record: Record) -> dict[str, Any]:
        """An invoice. Raises Rejected."""
        try:
            invoice = json.loads(text(record.value, "value"), parse_constant=_refuse)
            json.dumps(invoice, ensure_ascii=False).encode()  # half a surrogate pair is no text that can be passed on
            INVOICE.validate(invoice)
        except (ValueError, RecursionError, jsonschema_rs.ValidationError) as error:
            raise Rejected(f"not an invoice: {type(error).__name__}") from error
        return dict(invoice)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
