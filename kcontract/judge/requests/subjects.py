"""Which schemas a topic's events name, and the subjects that these stand under in the registry."""

from __future__ import annotations

from collections.abc import Sequence

from kcontract.model.record import LogRecord
from kcontract.model.registry import RegisteredSchema
from kcontract.schema.wire import schema_named


class NamedSchemas:
    """The first event that names each schema, topic by topic."""

    def __init__(self, registered: Sequence[RegisteredSchema]) -> None:
        self._subjects: dict[int | str, set[str]] = {}
        self._named: dict[str, dict[int | str, LogRecord]] = {}
        self.learn(registered)

    def learn(self, entries: Sequence[RegisteredSchema]) -> None:
        """The registry holds these as well."""
        for entry in entries:
            self._subjects.setdefault(entry.id, set()).add(entry.subject)
            if entry.guid:
                self._subjects.setdefault(entry.guid.lower().replace("-", ""), set()).add(entry.subject)

    def name(self, log: LogRecord) -> None:
        """An event came; it may name a schema."""
        schema = schema_named(log.record)
        if schema is not None:
            self._named.setdefault(log.topic, {}).setdefault(schema, log)

    def named(self, topic: str) -> list[tuple[int | str, LogRecord, frozenset[str]]]:
        """The schemas that events on a topic named, each with the first such event and its subjects."""
        named = self._named.get(topic, {})
        return [(schema, log, frozenset(self._subjects.get(schema, ()))) for schema, log in named.items()]
