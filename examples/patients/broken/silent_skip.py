"""Bad records are passed over without the dead letter that the contract promises."""

from __future__ import annotations

from examples.patients.billing.service import Billing
from examples.patients.common.worker import Event, Record, main


class SilentSkip(Billing):
    def on_rejected(self, _record: Record, _reason: str) -> list[Event]:
        return []


if __name__ == "__main__":
    main(SilentSkip)
