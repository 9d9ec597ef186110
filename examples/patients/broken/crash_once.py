"""Commits before it handles, so that a bad record ends the process once, and is never seen again."""

from __future__ import annotations

from examples.patients.billing.service import Billing
from examples.patients.common.worker import Record, main


class CrashOnce(Billing):
    def work(self, batch: list[Record]) -> None:
        for record in batch:
            self.commit([record])
            for event in self.handle(record):
                self.send(event)
            self.delivered()


if __name__ == "__main__":
    main(CrashOnce)
