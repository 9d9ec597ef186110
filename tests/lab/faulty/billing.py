"""Billing with a defect that only a fault shows, chosen by VARIANT; `good` is the example's own service."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import time
from pathlib import Path
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


class SafeLetters(Billing):
    """A batch is what comes within half a second; it is committed when all that came of it is acknowledged."""

    def next_batch(self) -> list[Record]:
        messages: list[Any] = self.consumer.consume(500, 0.5)
        return [Record.of(each) for each in messages if each.error() is None]


class LateLetters(SafeLetters):
    """Dead letters are no hurry: they are sent when the batch was committed."""

    def __init__(self, *settings: Any) -> None:
        super().__init__(*settings)
        self.letters: list[Event] = []

    def on_rejected(self, record: Record, reason: str) -> list[Event]:
        self.letters += super().on_rejected(record, reason)
        return []

    def commit(self, done: list[Record]) -> None:
        super().commit(done)
        time.sleep(1.5 if self.letters else 0)
        for letter in self.letters:
            self.send(letter)
        self.letters.clear()
        self.delivered()


class Notes(Billing):
    """Notes in its own database what is done, once that is acknowledged, and passes over it when it comes again."""

    def __init__(self, *settings: Any) -> None:
        super().__init__(*settings)
        path = Path(os.environ["DATABASE"])
        path.parent.mkdir(parents=True, exist_ok=True)
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.execute("PRAGMA synchronous = OFF")
        self.database.execute("CREATE TABLE IF NOT EXISTS done (place TEXT PRIMARY KEY)")

    def work(self, batch: list[Record]) -> None:
        for record in batch:
            if self.is_noted(record):
                super().commit([record])
            else:
                super().work([record])

    def commit(self, done: list[Record]) -> None:
        for record in done:
            self.note(record)
        time.sleep(0.1)  # what else there is to do about it
        super().commit(done)

    def note(self, record: Record) -> None:
        self.database.execute("INSERT OR IGNORE INTO done VALUES (?)", (_place(record),))

    def is_noted(self, record: Record) -> bool:
        return bool(self.database.execute("SELECT 1 FROM done WHERE place = ?", (_place(record),)).fetchall())


class NotesFirst(Notes):
    """Notes it 30 ms before it sends anything: who is killed in between has lost it."""

    def outcome(self, record: Record) -> list[Event]:
        self.note(record)
        time.sleep(0.03)
        return super().outcome(record)


def _place(record: Record) -> str:
    return f"{record.topic}/{record.partition}@{record.offset}"


class IgnoresSigterm(Billing):
    """SIGTERM is somebody else's business."""

    def stop(self, *_: object) -> None:
        """Not stopped."""


class DropsOpenWork(CommitsFirst):
    """SIGTERM ends it at once, whatever is in hand."""

    def stop(self, *_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)


class Buffers(Billing):
    """Takes more than it handles at once; what waits when partitions are taken away will come again."""

    def __init__(self, *settings: Any) -> None:
        super().__init__(*settings)
        self.waiting: list[Record] = []

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self.stop)
        self.consumer.subscribe([self.settings.topic], on_revoke=self.revoked)
        while self.running:
            batch = self.next_batch() if len(self.waiting) < 50 else []
            self.waiting += batch
            now, self.waiting = self.waiting[:2], self.waiting[2:]
            self.work(now)
            time.sleep(0.02)
        self.consumer.close()

    def next_batch(self) -> list[Record]:
        messages = self.consumer.consume(50, 0.001 if self.waiting else 0.1)
        return [Record.of(each) for each in messages if each.error() is None]

    def revoked(self, *_: object) -> None:
        self.waiting = []


class DropsOnRevoke(Buffers):
    """When partitions are taken away it commits all that it has taken, whether handled or not."""

    def revoked(self, *_: object) -> None:
        self.commit(self.waiting)
        self.waiting = []


class IgnoresRefusals(Billing):
    """Nobody looks at what became of an event."""

    def delivered(self) -> bool:
        super().delivered()
        return True


class ExitsOnRefusal(Billing):
    """What the broker does not take ends the process, uncommitted: whoever starts it again has another try."""

    def delivered(self) -> bool:
        if not super().delivered():
            sys.stderr.write("an event was refused\n")
            sys.stderr.flush()
            os._exit(1)
        return True


class NoReset(Billing):
    """Has said that a lost position is an error, and does nothing about the error."""

    def consumer_config(self) -> dict[str, Any]:
        return {**super().consumer_config(), "auto.offset.reset": "error"}


VARIANTS: dict[str, type[Billing]] = {
    "good": Billing,
    "drops-on-outage": DropsOnOutage,
    "refuses-on-outage": RefusesOnOutage,
    "exits-on-outage": ExitsOnOutage,
    "exits-on-disconnect": ExitsOnDisconnect,
    "never-reconnects": NeverReconnects,
    "commits-first": CommitsFirst,
    "safe-letters": SafeLetters,
    "late-letters": LateLetters,
    "notes": Notes,
    "notes-first": NotesFirst,
    "ignores-sigterm": IgnoresSigterm,
    "drops-open-work": DropsOpenWork,
    "buffers": Buffers,
    "drops-on-revoke": DropsOnRevoke,
    "ignores-refusals": IgnoresRefusals,
    "exits-on-refusal": ExitsOnRefusal,
    "no-reset": NoReset,
}

if __name__ == "__main__":
    main(VARIANTS[os.environ["VARIANT"]])
