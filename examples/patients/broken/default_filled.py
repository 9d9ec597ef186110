"""A ledger that helps out: a missing or odd field gets a default, and garbage is booked as if it were an invoice."""

from __future__ import annotations

import json
from typing import Any

from examples.patients.common.worker import Record, Rejected, main
from examples.patients.ledger.service import COPIED, Ledger

NUMBERS = {"account_no": 0, "weight_kg": 0}
TEXTS = {name: "" for name in COPIED if name not in NUMBERS} | {"name": "unknown", "deposit": "0.00"}


class DefaultFilled(Ledger):
    def decode(self, record: Record) -> dict[str, Any]:
        try:
            given = json.loads(record.value or b"")
            invoice = {name: str(given.get(name, default)) for name, default in TEXTS.items()}
            json.dumps(invoice, ensure_ascii=False).encode()
            return invoice | {name: given.get(name) or default for name, default in NUMBERS.items()}
        except (ValueError, AttributeError, RecursionError) as error:
            raise Rejected("not a JSON object") from error


if __name__ == "__main__":
    main(DefaultFilled)
