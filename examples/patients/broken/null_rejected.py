"""An optional field is taken for a required one: records without a birth date become dead letters."""

from __future__ import annotations

from typing import Any

from examples.patients.billing.service import Billing
from examples.patients.common.worker import Record, Rejected, main


class NullRejected(Billing):
    def decode(self, record: Record) -> dict[str, Any]:
        event = super().decode(record)
        if event["birth_date"] is None:
            raise Rejected("no birth date")
        return event


if __name__ == "__main__":
    main(NullRejected)
