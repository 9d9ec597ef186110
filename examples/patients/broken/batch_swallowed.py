"""A bad record gets its dead letter, but ends the loop over the poll batch: the rest is committed unread."""

from __future__ import annotations

from examples.patients.billing.service import Billing
from examples.patients.common.worker import Record, Rejected, main


class BatchSwallowed(Billing):
    def work(self, batch: list[Record]) -> None:
        try:
            for record in batch:
                for event in self.handle(record):
                    self.send(event)
        except Rejected as rejected:
            for event in self.on_rejected(record, str(rejected)):
                self.send(event)
        self.delivered()
        self.commit(batch)


if __name__ == "__main__":
    main(BatchSwallowed)
