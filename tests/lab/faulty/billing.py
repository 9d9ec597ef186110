"""Billing with a defect that only a fault shows, chosen by VARIANT; `good` is the example's own service."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

from examples.patients.billing.service import Billing
from examples.patients.common.worker import Event, Record, TryLater, main


class DropsOnOutage(Billing):
    """What cannot be looked up is passed over."""

    def outcome(self, record: Record) -> list[Event]:
        try:
            return super().outcome(record)
        except TryLater:
            return []


class RefusesOnOutage(Billing):
    """What cannot be looked up is taken for a bad record."""

    def outcome(self, record: Record) -> list[Event]:
        try:
            return super().outcome(record)
        except TryLater as error:
            return self.on_rejected(record, str(error))


class ExitsOnOutage(Billing):
    """Nobody catches what the registry's client raises."""

    def outcome(self, record: Record) -> list[Event]:
        try:
            return super().outcome(record)
        except TryLater as error:
            raise RuntimeError("no schema") from error


class ExitsOnDisconnect(Billing):
    """Every word of the client about its connections is fatal."""

    def consumer_config(self) -> dict[str, Any]:
        return {**super().consumer_config(), "error_cb": self.disconnected}

    def disconnected(self, error: Any) -> None:
        sys.stderr.write(f"{error.str()}\n")
        sys.stderr.flush()
        os._exit(1)


class NeverReconnects(Billing):
    """The loop ends with the first word about a lost connection, the process does not."""

    def consumer_config(self) -> dict[str, Any]:
        return {**super().consumer_config(), "error_cb": self.disconnected}

    def disconnected(self, _error: Any) -> None:
        while self.running:
            time.sleep(0.1)


class CommitsFirst(Billing):
    """Commits what it has taken, then handles it."""

    def work(self, batch: list[Record]) -> None:
        self.commit(batch)
        for record in batch:
            time.sleep(0.02)
            for event in self.outcome(record):
                self.send(event)
            self.delivered()


class IgnoresSigterm(Billing):
    """SIGTERM is somebody else's business."""

    def stop(self, *_: object) -> None:
        """Not stopped."""


class DropsOpenWork(CommitsFirst):
    """SIGTERM ends it at once, whatever is in hand."""

    def stop(self, *_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)


VARIANTS: dict[str, type[Billing]] = {
    "good": Billing,
    "drops-on-outage": DropsOnOutage,
    "refuses-on-outage": RefusesOnOutage,
    "exits-on-outage": ExitsOnOutage,
    "exits-on-disconnect": ExitsOnDisconnect,
    "never-reconnects": NeverReconnects,
    "commits-first": CommitsFirst,
    "ignores-sigterm": IgnoresSigterm,
    "drops-open-work": DropsOpenWork,
}

if __name__ == "__main__":
    main(VARIANTS[os.environ["VARIANT"]])
