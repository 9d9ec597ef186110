"""Valid records vanish if a value is unusual: an emoji, an empty text, an account number beyond JavaScript's."""

from __future__ import annotations

from examples.patients.billing.service import Billing
from examples.patients.common.worker import Event, Record, main


class SkipsValidExtreme(Billing):
    def handle(self, record: Record) -> list[Event]:
        event = self.decode(record)
        if max(event["name"], default="") > "\uffff" or not event["language"] or abs(event["account_no"]) > 2**53:
            return []
        return super().handle(record)


if __name__ == "__main__":
    main(SkipsValidExtreme)
