"""Nobody catches what a bad record raises: the service exits without a commit, and meets the record again."""

from __future__ import annotations

from examples.patients.billing.service import Billing
from examples.patients.common.worker import Event, Record, main


class CrashLoop(Billing):
    def on_rejected(self, record: Record, reason: str) -> list[Event]:
        raise ValueError(f"offset {record.offset}: {reason}")


if __name__ == "__main__":
    main(CrashLoop)
