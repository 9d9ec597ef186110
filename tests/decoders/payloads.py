"""Valid payloads and damaged ones: by every kind that kcontract sends, and by chance."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice, zip_longest
from random import Random
from typing import Any, NamedTuple

from kcontract.generate.avro_payload import AvroPayload
from kcontract.generate.catalogue import KINDS
from kcontract.generate.contract_parts import payload_of
from kcontract.generate.kind import Ground, Parent
from kcontract.model.contract import Contract, Malformed, Message, OnInvalid, Receive, RegistryRules, Run, SchemaText
from kcontract.model.location import Location
from kcontract.model.record import Record
from kcontract.schema.avro.encode import long_bytes

_AT = Location("decoders.yaml")
_PARENTS = 24
_FEW = 3
"""Parents of which bombs are made: they are large."""
_LARGE = 20_000
_FAMILIES = ("Avro body", "JSON body", "framing")
_NUMBERS = (-1, 0, 1, 2, 5, 64, -64, 2**31 - 1, 2**31, 2**40, 2**62, 2**63 - 1, -(2**31) - 1, -(2**63))
_SNIPPETS = (
    *map(long_bytes, _NUMBERS), b"\x80" * 9 + b"\1", b"\x80" * 9 + b"\2", b"\xff" * 10, b"\x80" * 12 + b"\0", b"\0",
    b"\0\0\0\0", b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf", b"\xef\xbb\xbf", b'"', b"\\", b"\\ud800", b"{", b"}", b"[",
    b"]", b",", b":", b"null", b"true", b"-", b"1e999", b"1e-999", b"0.1e1", b"00", b"NaN", b"\n", b"\x7f", b"\x1f",
)  # fmt: skip


class Damaged(NamedTuple):
    """Bytes, and where they come from: `valid`, a kind with its variant, or a sort of chance."""

    origin: str
    data: bytes


def payloads(kind: Any, text: str, total: int, seed: str) -> Iterator[Damaged]:
    """`total` payloads for a schema, of which a few are valid, about half are of the catalogue's kinds, and the rest
    are damaged by chance. `kind`: "avro" or "json"."""
    rng = Random(f"{seed}/{text}")  # noqa: S311 - test data
    ground = damaged_ground(kind, text)
    parents = list(islice(_parents(ground, rng), min(_PARENTS, total // 4)))
    valid = [parent.body for parent in parents]
    made = chain(
        (Damaged("valid", body) for body in valid),
        islice(_of_kinds(ground, parents, rng), total // 2),
        _by_chance(valid or [b"\0"], rng),
    )
    return islice(made, total)


def damaged_ground(kind: Any, text: str) -> Ground:
    """A contract that says nothing but the schema of plain values."""
    schema = SchemaText(kind, text, _AT)
    message = Message(_AT, payload=schema, wire="plain")
    contract = Contract(_AT, "events", message, RegistryRules(_AT), Malformed())
    receive = Receive(_AT, "service", Run(_AT, command=("service",)), OnInvalid(_AT, "skip"))
    payload = payload_of(message, schema)
    return Ground(contract, receive, (), payload, payload.schema if isinstance(payload, AvroPayload) else None)


def _parents(ground: Ground, rng: Random) -> Iterator[Parent]:
    payload = ground.payload
    for datum in chain(islice(payload.boundaries(rng), _PARENTS // 2), payload.random(rng)):
        body = payload.encode(datum)
        yield Parent(Record(None, body), b"", body, payload.to_json(datum), datum)


def _of_kinds(ground: Ground, parents: list[Parent], rng: Random) -> Iterator[Damaged]:
    """One mutant of each kind and parent in turn."""
    streams = [
        iter(_of_kind(kind, ground, parents, rng))
        for kind in KINDS
        if kind.family in _FAMILIES and not kind.applies(ground)
    ]
    for turn in zip_longest(*streams):
        yield from (each for each in turn if each is not None)


def _of_kind(kind: Any, ground: Ground, parents: list[Parent], rng: Random) -> Iterator[Damaged]:
    large = 0
    for parent in parents:
        for mutant in kind.mutants(ground, parent, rng):
            data = mutant.record.value
            if data is None:
                continue
            large += len(data) > _LARGE
            if len(data) <= _LARGE or large <= _FEW:
                yield Damaged(f"{kind.code}:{mutant.variant}" if mutant.variant else kind.code, data)


def _by_chance(valid: list[bytes], rng: Random) -> Iterator[Damaged]:
    while True:
        body = rng.choice(valid)
        yield Damaged("flip", _havoc(body, rng, 1))
        yield Damaged("havoc", _havoc(body, rng, rng.randint(2, 12)))
        yield Damaged("splice", _splice(body, rng.choice(valid), rng))
        yield Damaged("noise", rng.randbytes(rng.randrange(40)))


def _splice(one: bytes, other: bytes, rng: Random) -> bytes:
    return one[: rng.randint(0, len(one))] + other[rng.randint(0, len(other)) :]


def _havoc(body: bytes, rng: Random, times: int) -> bytes:
    data = bytearray(body)
    for _ in range(times):
        _damage(data, rng)
    return bytes(data)


def _damage(data: bytearray, rng: Random) -> None:
    at = rng.randint(0, len(data))
    end = min(len(data), at + rng.choice((1, 1, 2, 4, 8, 40)))
    match rng.randrange(6):
        case 0 | 1 if at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        case 2 if at < len(data):
            data[at] = rng.randrange(256)
        case 3:
            del data[at:end]
        case 4:
            data[at:at] = data[at:end]
        case _:
            data[at : at + rng.choice((0, 1))] = rng.choice(_SNIPPETS)
