"""The dead letter is a new text about the record, where the contract promises the record's own bytes."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

from examples.patients.billing.service import Billing
from examples.patients.common.worker import Event, Record, main


class DlqReencoded(Billing):
    def on_rejected(self, record: Record, reason: str) -> list[Event]:
        value = {"error": reason, "value": base64.b64encode(record.value or b"").decode()}
        return [replace(event, value=json.dumps(value).encode()) for event in super().on_rejected(record, reason)]


if __name__ == "__main__":
    main(DlqReencoded)
