"""Sending a stored case again: its own bytes, but for the marker, and the schema id where that is another one now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import msgspec

from kcontract.engine.plan import Unit
from kcontract.engine.settings import Settings
from kcontract.generate.catalogue import selects
from kcontract.generate.source import CaseSource
from kcontract.judge.verdict import note_alone
from kcontract.model.case import CASE_HEADER, Case
from kcontract.model.naming import run_prefix
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.model.stored import StoredCase

REPLAYED = "1000000"
"""Id of the stored case in its new run, above those of the run's own records."""
_REPLY_TOPIC = re.compile(rb"kcontract\.[\w-]+\.(?P<own>.+\.reply\.\d)")
_MOST = 500
_MAGIC, _FRAME = b"\x00", 5


def replayed(
    stored: StoredCase, book: Sequence[RegisteredSchema], run: str, prefix: str = "", number: int = int(REPLAYED)
) -> Case:
    """The stored case as a case of `run`: its marker header, if it had one, names the new run.

    `prefix` stands before the topics of the run, if the cluster is not ours; `number` is the case's id.
    """
    record = with_present_id(stored.record, stored.schemas, book)
    marker = f"{run}/{number}".encode()
    headers = tuple((name, marker if name == CASE_HEADER else _of_run(value, run)) for name, value in record.headers)
    return Case(
        id=str(number),
        topic=prefix + stored.topic,
        record=msgspec.structs.replace(record, headers=headers),
        kind=stored.kind,
        expectation=stored.expectation,
        rejection=stored.rejection,
        tokens=stored.tokens,
        parent=stored.parent,
        envelope=stored.envelope,
        note=note_alone(stored.note, stored.rejection),
    )


def recalled(
    sources: Mapping[str, CaseSource],
    book: Sequence[RegisteredSchema],
    unit: Unit,
    settings: Settings,
    prefix: str = "",
) -> Iterator[Case]:
    """The stored cases of a unit's inputs, from findings against the same files: each with fresh identity, and with
    what the oracle says of it today.

    Of the kinds that the run wants; at most the first 500, so that a project that never clears them away can go on.
    """
    files = {receive.at.file for _, receive in unit.receives} | {contract.at.file for contract in unit.contracts}
    own = (s for s in settings.stored if s.unit == unit.name and s.contract in files and s.request is None)
    wanted = (one for one in own if settings.kinds is None or selects(settings.kinds, one.kind))
    for number, stored in enumerate(islice(wanted, _MOST)):
        source = sources.get(prefix + stored.topic)
        if source is not None:
            yield source.again(replayed(stored, book, settings.run, prefix, int(REPLAYED) + number))


def _of_run(value: bytes | None, run: str) -> bytes | None:
    """A reply topic of an earlier run is this run's."""
    named = _REPLY_TOPIC.fullmatch(value or b"")
    return run_prefix(run).encode() + named["own"] if named else value


def with_present_id(record: Record, before: Sequence[RegisteredSchema], book: Sequence[RegisteredSchema]) -> Record:
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
