"""Patients in SQLite, and the events about them that are not published yet: both change in one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

Patient = dict[str, Any]
Event = dict[str, Any]


class Patients:
    """A table of documents by id. One connection a call: any thread may use it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE IF NOT EXISTS patients (id TEXT PRIMARY KEY, document TEXT NOT NULL)")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS outbox (number INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT)"
            )

    @contextmanager
    def changing(self) -> Iterator[Change]:
        """One transaction: committed at the end, rolled back by whatever is raised inside."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Change(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def answers(self) -> bool:
        """Whether the database can be read."""
        try:
            with closing(self._connect()) as connection:
                connection.execute("SELECT 1 FROM patients LIMIT 1")
        except sqlite3.Error:
            return False
        return True

    def first_event(self) -> tuple[int, Event] | None:
        """The oldest event of the outbox, with its number."""
        with closing(self._connect()) as connection:
            row = connection.execute("SELECT number, event FROM outbox ORDER BY number LIMIT 1").fetchone()
        return None if row is None else (row[0], json.loads(row[1]))

    def forget_event(self, number: int) -> None:
        """It is published."""
        with closing(self._connect()) as connection:
            connection.execute("DELETE FROM outbox WHERE number = ?", (number,))

    def waiting(self) -> bool:
        """Whether any event is not published yet."""
        return self.first_event() is not None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.file, timeout=10, isolation_level=None)
        connection.execute("PRAGMA synchronous = NORMAL")  # with WAL no commit is lost but by a loss of power
        return connection


class Change:
    """What can be done inside a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, patient_id: str, patient: Patient) -> None:
        statement = "INSERT OR REPLACE INTO patients (id, document) VALUES (?, ?)"
        self._connection.execute(statement, (patient_id, json.dumps(patient)))

    def tell(self, event: Event) -> None:
        """Put an event into the outbox."""
        self._connection.execute("INSERT INTO outbox (event) VALUES (?)", (json.dumps(event),))

    def remove(self, patient_id: str) -> None:
        self._connection.execute("DELETE FROM patients WHERE id = ?", (patient_id,))

    def holds(self, patient_id: str) -> bool:
        return self._connection.execute("SELECT 1 FROM patients WHERE id = ?", (patient_id,)).fetchone() is not None
