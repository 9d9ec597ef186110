"""Sending a stored case again: exactly its bytes, but for the schema id where the registry gives another one."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kcontract.model.case import Case
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.model.stored import StoredCase

_MAGIC, _FRAME = b"\x00", 5


def replayed(stored: StoredCase, book: Sequence[RegisteredSchema]) -> Case:
    """The stored case as case `r1` of a new run."""
    return Case(
        id="r1",
        topic=stored.topic,
        record=_with_present_id(stored.record, stored.schemas, book),
        kind=stored.kind,
        expectation=stored.expectation,
        rejection=stored.rejection,
        parent=stored.parent,
        note=stored.note,
    )


def _with_present_id(record: Record, before: Sequence[RegisteredSchema], book: Sequence[RegisteredSchema]) -> Record:
    """The same schema may have another id in this registry; an id that was unknown then stays as it is."""
    value = record.value
    if value is None or value[:1] != _MAGIC or len(value) < _FRAME:
        return record
    number = int.from_bytes(value[1:_FRAME], "big")
    was = next((schema for schema in before if schema.id == number), None)
    now = next(
        (s for s in book if was and (s.subject, s.version, s.text) == (was.subject, was.version, was.text)), None
    )
    if now is None or now.id == number:
        return record
    return msgspec.structs.replace(record, value=value[:1] + now.id.to_bytes(4, "big") + value[_FRAME:])
