"""What a malformed kind is, what it works on, and what it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from kcontract.generate.payload import Payload
from kcontract.generate.written import body_of
from kcontract.model.case import Layer
from kcontract.model.contract import Contract, Receive
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.model.value import Value
from kcontract.schema.avro.nodes import AvroSchema, Datum

Family = Literal[
    "framing", "Avro body", "JSON body", "evolution", "envelope", "delivery", "size"
]  # fmt: skip
MAX_BYTES = 900_000
"""Largest value of any case, unless asked for: bombs stay below the usual max.message.bytes of 1 MiB."""


@dataclass(frozen=True, slots=True, eq=False)
class Parent:
    """A valid record that mutants are made from, in its parts."""

    record: Record
    head: bytes
    """Framing before the body; empty where there is none."""
    body: bytes
    json: Any
    """The payload's JSON form."""
    datum: Datum = None
    """The payload's datum, for Avro."""
    tokens: tuple[bytes, ...] = ()

    def with_body(self, body: bytes) -> Record:
        """The record with another body behind its framing."""
        return Record(self.record.key, self.head + body, self.record.headers, self.record.timestamp)

    def with_json(self, value: Any) -> Record:
        """The record with another JSON value in it, whether that is valid or not."""
        return self.with_body(body_of(value))

    def with_value(self, value: bytes | None) -> Record:
        return Record(self.record.key, value, self.record.headers, self.record.timestamp)

    def with_key(self, key: bytes | None) -> Record:
        return Record(key, self.record.value, self.record.headers, self.record.timestamp)

    def with_headers(self, headers: tuple[tuple[str, bytes | None], ...]) -> Record:
        return Record(self.record.key, self.record.value, headers, self.record.timestamp)


class Mutant(Value, frozen=True):
    """A record made from a valid one. Whether it is invalid is for the oracle to say."""

    record: Record
    variant: str = ""
    note: str = ""
    place: str = ""
    """Pointer or offset: where a bound on the number of mutants must choose, every place has its turn."""
    tells: int = 0
    """Where not all are taken: 1 if lax readers take it for right, 2 if most of them do. These come first."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What the kinds may know: the contract, one receiver, the registry's schemas, the parsed payload schema."""

    contract: Contract
    receive: Receive
    book: tuple[RegisteredSchema, ...]
    payload: Payload
    avro: AvroSchema | None = None
    """The schema that records are written with; None for JSON payloads."""
    schema_id: int | None = None
    """The id on the wire; None for plain ones."""
    name: str = ""
    """Of the event type, where the topic has several."""

    @property
    def framed(self) -> bool:
        """Whether values begin with 0x00 and an id."""
        return self.contract.message.wire == "confluent"

    @property
    def json(self) -> bool:
        """Whether payloads are JSON."""
        return self.avro is None


Applies = Callable[[Ground], str]
Mutants = Callable[[Ground, Parent, Random], Iterator[Mutant]]


def always(_: Ground) -> str:
    """Applies to every contract."""
    return ""


def nothing(_ground: Ground, _parent: Parent, _rng: Random) -> Iterator[Mutant]:
    """Makes no mutants: for kinds that are sequences, faults, or not generated yet."""
    return iter(())


def only_framed(ground: Ground) -> str:
    """Applies to `wire: confluent`."""
    return "" if ground.framed else f"wire is {ground.contract.message.wire}: values have no schema id in front"


def names_schema(ground: Ground) -> str:
    """Applies to both Confluent wires: an id in front, or a GUID in a header."""
    return "values name no schema" if ground.contract.message.wire == "plain" else ""


def only_avro(ground: Ground) -> str:
    """Applies to Avro payloads."""
    return "payload is JSON" if ground.json else ""


def only_json(ground: Ground) -> str:
    """Applies to JSON payloads."""
    return "" if ground.json else "payload is Avro"


@dataclass(frozen=True, slots=True)
class Kind:
    """A way of being malformed, or merely difficult (MALFORMED.md)."""

    code: str
    number: int
    family: Family
    layer: Layer
    summary: str
    expected: str
    """What is expected by default, in words; the oracle decides on each record's bytes."""
    graceful: str
    """What a graceful consumer does."""
    explain: str
    variants: tuple[str, ...] = ()
    applies: Applies = always
    mutants: Mutants = nothing
    dangerous: bool = False
    """May exhaust memory, stack or time of a careless consumer."""
    by_engine: bool = False
    """Records of other kinds make it: how many, where, and what happens meanwhile."""
    on_request: bool = False
    """Sent only where it is asked for by name."""
    keep_valid: bool = True
    """Whether mutants that turn out to be valid are sent as well."""
    share: int = 1
    """How many times the usual number of cases it gets."""

    def named(self, variant: str) -> str:
        """The name of cases of a variant, of the kind itself if it has none."""
        return f"{self.code}:{variant}" if variant else self.code

    @property
    def names(self) -> tuple[str, ...]:
        """`code:variant` for every variant, or the code alone."""
        return tuple(f"{self.code}:{variant}" for variant in self.variants) or (self.code,)
