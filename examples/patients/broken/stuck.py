"""A bad record is taken again, at once and for ever: the partition stands still behind it."""

from __future__ import annotations

from examples.patients.billing.service import Billing
from examples.patients.common.worker import Event, Record, TryLater, main


class Stuck(Billing):
    pause = 0

    def on_rejected(self, _record: Record, reason: str) -> list[Event]:
        raise TryLater(reason)


if __name__ == "__main__":
    main(Stuck)
