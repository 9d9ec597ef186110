"""The dead letter has lost its key."""

from __future__ import annotations

from dataclasses import replace

from examples.patients.billing.service import Billing
from examples.patients.common.worker import Event, Record, main


class DlqWithoutKey(Billing):
    def on_rejected(self, record: Record, reason: str) -> list[Event]:
        return [replace(event, key=None) for event in super().on_rejected(record, reason)]


if __name__ == "__main__":
    main(DlqWithoutKey)
