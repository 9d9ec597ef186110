"""What the embedded registry remembers, behind a small protocol, so that a lasting store can take its place."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from threading import Lock
from typing import Literal, Protocol

from kcontract.model.registry import RegisteredReference, RegisteredSchema
from kcontract.model.value import Value

GLOBAL = None
"""The subject of the global configuration."""


class Content(Value, frozen=True):
    """A schema without its place. Two with the same `guid` are one schema and share one id.

    `identity` is the text without what does not count (white space; for Avro the order of attributes).
    """

    kind: Literal["avro", "json"]
    text: str
    identity: str
    references: tuple[RegisteredReference, ...] = ()

    @property
    def guid(self) -> str:
        """A name made of the content alone, as it goes into a record's header (KIP-less, Confluent 8.0)."""
        references = [f"{each.name}\n{each.subject}\n{each.version}" for each in self.references]
        return str(uuid.uuid5(uuid.NAMESPACE_OID, "\n".join((self.kind, self.identity, *references))))


class Store(Protocol):
    """Subjects, versions, ids and compatibility levels. Every method is atomic."""

    def add(self, subject: str, content: Content) -> RegisteredSchema:
        """A new version of `subject`; content that is known keeps its id."""
        ...

    def remove(self, entries: Sequence[RegisteredSchema]) -> None:
        """As if these had never been registered; their ids are not given again."""
        ...

    def versions(self, subject: str) -> tuple[RegisteredSchema, ...]:
        """Oldest first, empty for an unknown subject."""
        ...

    def places(self, schema_id: int) -> tuple[RegisteredSchema, ...]:
        """Each subject and version that holds the schema, empty for an unknown id."""
        ...

    def by_guid(self, guid: str) -> RegisteredSchema | None:
        """The first registration of a content."""
        ...

    def all(self) -> tuple[RegisteredSchema, ...]:
        """In the order of registration."""
        ...

    def subjects(self) -> tuple[str, ...]: ...

    def level(self, subject: str | None) -> str | None: ...

    def set_level(self, subject: str | None, level: str | None) -> None: ...


class MemoryStore:
    """A store that lasts as long as its process. `all` may be read by any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last_id = 0
        self._all: list[RegisteredSchema] = []
        self._subjects: dict[str, list[RegisteredSchema]] = {}
        self._ids: dict[int, list[RegisteredSchema]] = {}
        self._guids: dict[str, RegisteredSchema] = {}
        self._levels: dict[str | None, str] = {}

    def add(self, subject: str, content: Content) -> RegisteredSchema:
        with self._lock:
            return self._add(subject, content)

    def _add(self, subject: str, content: Content) -> RegisteredSchema:
        versions = self._subjects.setdefault(subject, [])
        guid = content.guid
        known = self._guids.get(guid)
        self._last_id += known is None
        added = RegisteredSchema(
            id=known.id if known else self._last_id,
            subject=subject,
            version=versions[-1].version + 1 if versions else 1,
            kind=content.kind,
            text=known.text if known else content.text,
            references=content.references,
            guid=guid,
        )
        self._guids.setdefault(guid, added)
        self._ids.setdefault(added.id, []).append(added)
        versions.append(added)
        self._all.append(added)
        return added

    def remove(self, entries: Sequence[RegisteredSchema]) -> None:
        with self._lock:
            for entry in entries:
                self._all.remove(entry)
                self._subjects[entry.subject].remove(entry)
                self._ids[entry.id].remove(entry)
                if not self._ids[entry.id]:
                    del self._ids[entry.id]
                    self._guids.pop(entry.guid or "", None)

    def versions(self, subject: str) -> tuple[RegisteredSchema, ...]:
        return tuple(self._subjects.get(subject, ()))

    def places(self, schema_id: int) -> tuple[RegisteredSchema, ...]:
        return tuple(self._ids.get(schema_id, ()))

    def by_guid(self, guid: str) -> RegisteredSchema | None:
        return self._guids.get(guid)

    def all(self) -> tuple[RegisteredSchema, ...]:
        return tuple(self._all)

    def subjects(self) -> tuple[str, ...]:
        return tuple(self._subjects)

    def level(self, subject: str | None) -> str | None:
        return self._levels.get(subject)

    def set_level(self, subject: str | None, level: str | None) -> None:
        if level is None:
            self._levels.pop(subject, None)
        else:
            self._levels[subject] = level
