"""Looking schemas up again when a record names one that was not there when the unit began."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from kcontract.engine.recorder import Recorder
from kcontract.model import events as ev
from kcontract.model.record import LogRecord, Record
from kcontract.model.registry import RegisteredSchema
from kcontract.ports import Registry
from kcontract.schema.wire import HEADER_SIZE, VALUE_HEADER


class SchemaWatch:
    """Asks the registry once for each unknown id: a serializer registers before it sends."""

    def __init__(
        self, registry: Registry, recorder: Recorder, book: Iterable[RegisteredSchema], topics: Collection[str]
    ) -> None:
        """`book` is what the unit began with; only records on `topics` are looked at."""
        self._registry = registry
        self._recorder = recorder
        self._topics = frozenset(topics)
        self._known = {(entry.subject, entry.version) for entry in book}
        self._names: set[object] = {name for entry in book for name in (entry.id, _guid(entry))}

    def look_up(self, records: Iterable[LogRecord]) -> None:
        """Tell what is new in the registry if one of the records names a schema that is not known."""
        known = self._topics
        named = {_schema_of(one) for one in [seen.record for seen in records if seen.topic in known] if _may_name(one)}
        unknown = named - self._names - {None}
        if not unknown:
            return
        self._names |= unknown
        self.look()

    def look(self) -> None:
        """Tell what is new in the registry."""
        new = tuple(e for e in self._registry.schemas() if (e.subject, e.version) not in self._known)
        self._known.update((entry.subject, entry.version) for entry in new)
        self._names.update(entry.id for entry in new)
        if new:
            self._recorder.record(ev.SchemasSeen(self._recorder.now(), new))


def _guid(entry: RegisteredSchema) -> object:
    return bytes.fromhex(entry.guid.replace("-", "")) if entry.guid else None


def _may_name(record: Record) -> bool:
    """Whether a record may name a schema: most hold but the marker, and a value that does not begin with a zero."""
    value, headers = record.value, record.headers
    return bool(value and not value[0]) or len(headers) > 1 or bool(headers and headers[0][0] == VALUE_HEADER)


def _schema_of(record: Record) -> object:
    """The id or GUID that a record names, None if it names none."""
    value = record.value
    if value is not None and len(value) >= HEADER_SIZE and value[0] == 0:
        return int.from_bytes(value[1:HEADER_SIZE], "big")
    header = record.header(VALUE_HEADER) if record.headers else None
    return header[1:17] if header is not None and len(header) == 17 and header[0] == 1 else None
