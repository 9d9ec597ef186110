"""Patients in SQLite. A change becomes visible only if what is done inside `changing` succeeds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

Patient = dict[str, Any]


class Patients:
    """A table of documents by id. One connection a call: any thread may use it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE IF NOT EXISTS patients (id TEXT PRIMARY KEY, document TEXT NOT NULL)")

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

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.file, timeout=10, isolation_level=None)


class Change:
    """What can be done inside a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, patient_id: str, patient: Patient) -> None:
        statement = "INSERT OR REPLACE INTO patients (id, document) VALUES (?, ?)"
        self._connection.execute(statement, (patient_id, json.dumps(patient)))

    def remove(self, patient_id: str) -> None:
        self._connection.execute("DELETE FROM patients WHERE id = ?", (patient_id,))

    def holds(self, patient_id: str) -> bool:
        return self._connection.execute("SELECT 1 FROM patients WHERE id = ?", (patient_id,)).fetchone() is not None
