"""Size (60–62): records as large as the topic takes, and of one byte more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from kcontract.generate.about import About
from kcontract.generate.json_schema import step
from kcontract.generate.kind import Ground, Parent
from kcontract.generate.stamper import Stamped, Stamper
from kcontract.model.case import Case, Expectation
from kcontract.model.contract import Contract
from kcontract.model.record import Record
from kcontract.schema.avro.encode import EncodeError

SIZED = ("near_limit", "over_fetch_size", "compression_bomb")
DEFAULT_LIMIT = 1_048_588
"""Apache Kafka's own `max.message.bytes`: of a whole batch, its header included."""
USUAL_FETCH = 1_048_576
"""What clients fetch of a partition at once, unless told otherwise (`max.partition.fetch.bytes`)."""
LARGEST = 4 << 20
"""Topics that take more than this are sent no record of that size."""
_SPARE = 100
"""Room for a longer marker, when the record is sent again."""
_BATCH_HEADER = 61
_BOMB = 20 << 20
_TRIES = 5
_HALF, _MILLION = 520_000, 1_000_100
"""Sizes at which clients were seen to fail on dead letters: half of a mebibyte, and librdkafka's usual limit."""

Finish = Callable[[str, Stamped, About], Case]
Fill = Callable[[int], Record]
"""A record that is so many bytes longer, or nearly."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a batch with one record of a kind is: a valid record that was filled up, for an invalid one letters."""

    kind: str
    bytes: int
    expected: Expectation = Expectation.VALID


def limit_of(contract: Contract) -> int:
    """The topic's `max.message.bytes`, as it is made."""
    return int(dict(contract.config).get("max.message.bytes", DEFAULT_LIMIT))


def sizes_of(contract: Contract) -> tuple[Size, ...]:
    """All sizes of a contract's topic, largest last."""
    limit = limit_of(contract)
    if limit > LARGEST:
        return ()
    found = [
        *(Size(f"near_limit:{name}", size, Expectation.INVALID)
          for name, size in (("half", _HALF), ("million", _MILLION)) if size < limit),
        Size("near_limit:below", limit - _SPARE),
        Size("near_limit:at", limit),
        Size("near_limit:over", limit + 1),
    ]  # fmt: skip
    if limit > USUAL_FETCH:
        found.append(Size("over_fetch_size", (USUAL_FETCH + limit) // 2))
    return (*found, Size("compression_bomb", _BOMB, Expectation.EITHER))


def batch_size(record: Record) -> int:
    """Bytes of an uncompressed batch with this record alone (KIP-98, record format v2)."""
    body = 3 + _sized(record.key) + _sized(record.value) + _varint(len(record.headers))
    body += sum(_sized(name.encode()) + _sized(value) for name, value in record.headers)
    return _BATCH_HEADER + _varint(body) + body


def _sized(data: bytes | None) -> int:
    return 1 if data is None else _varint(len(data)) + len(data)


def _varint(number: int) -> int:
    """Bytes of a number as a zig-zag varint."""
    return max(1, -(-(number << 1).bit_length() // 7))


class Sizes:
    """Makes the large records of one contract."""

    def __init__(
        self, contract: Contract, stamper: Stamper, parents: tuple[Ground, Sequence[Parent]], finish: Finish
    ) -> None:
        """`finish` makes the case of a record, with its marker and what the oracle says of it."""
        self._contract = contract
        self._stamper = stamper
        self._ground, (self._parent, *_) = parents
        self._finish = finish

    def cases(self, wants: Callable[[str], bool], next_id: Callable[[], str]) -> Iterator[Case]:
        """One case of each size that is wanted and possible."""
        for size in sizes_of(self._contract):
            found = self._case(size, next_id()) if wants(size.kind) else None
            if found is not None:
                yield found

    def _case(self, size: Size, identity: str) -> Case | None:
        fills = (
            valid_fills(self._ground, self._parent) if size.expected is not Expectation.INVALID else (self._letters,)
        )
        made = (self._filled(size, identity, fill) for fill in fills)
        return next((case for case in made if case is not None), None)

    def _letters(self, room: int) -> Record:
        """No message at all."""
        return self._parent.with_value(b"x" * room)

    def _filled(self, size: Size, identity: str, fill: Fill) -> Case | None:
        """The case whose batch has exactly that size, by correcting what is filled in; None if that is no such case."""
        about = About(size.kind, note=f"a batch of {size.bytes:,} bytes")
        room = size.bytes - batch_size(fill(0))
        for _ in range(_TRIES):
            stamped = self._stamper.fresh(fill(room), self._parent.tokens)
            case = self._finish(identity, stamped, about)
            lacking = size.bytes - batch_size(case.record)
            if lacking == 0:
                return case if case.expectation is size.expected else None
            room += lacking
        return None


def valid_fills(ground: Ground, parent: Parent) -> Iterator[Fill]:
    """Ways of making a valid record larger: letters in a string of its payload, or blanks behind JSON."""
    source = parent.json if ground.json else parent.datum
    for pointer in _strings(parent.json, ""):
        old = ground.payload.get(source, pointer)
        if isinstance(old, str) and old.encode() not in parent.tokens:
            more = partial(_longer, ground, parent, pointer, old)
            if _takes(more):
                yield more
    if ground.json:
        yield lambda room: parent.with_value((parent.record.value or b"") + b" " * room)


def _takes(more: Fill) -> bool:
    """Whether letters stand in the record afterwards: not in a fixed, an enum or a number that is written as text."""
    try:
        return more(64) != more(0)
    except EncodeError:
        return False


def _longer(ground: Ground, parent: Parent, pointer: str, old: str, room: int) -> Record:
    source = parent.json if ground.json else parent.datum
    return parent.with_body(ground.payload.encode(ground.payload.put(source, pointer, old + "x" * room)))


def _strings(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, str):
        yield pointer
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _strings(inner, step(pointer, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _strings(inner, step(pointer, index))
