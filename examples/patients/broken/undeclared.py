"""Writes an audit trail of its own to a topic that no contract names."""

from __future__ import annotations

from examples.patients.billing.service import Billing
from examples.patients.common.worker import Event, Record, main


class Undeclared(Billing):
    def handle(self, record: Record) -> list[Event]:
        events = super().handle(record)
        return [*events, *(Event("billing.trail", event.key, b"billed") for event in events)]


if __name__ == "__main__":
    main(Undeclared)
