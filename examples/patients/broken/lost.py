"""Commits the whole poll batch first: a bad record ends the process, and the good ones behind it never come again."""

from __future__ import annotations

from examples.patients.billing.service import Billing
from examples.patients.common.worker import Record, main


class Lost(Billing):
    def work(self, batch: list[Record]) -> None:
        self.commit(batch)
        for record in batch:
            for event in self.handle(record):
                self.send(event)
            self.delivered()


if __name__ == "__main__":
    main(Lost)
