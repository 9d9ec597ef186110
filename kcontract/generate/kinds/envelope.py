"""Envelope (50–53): key, headers and timestamp around a valid payload."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID

from kcontract.generate.contract_parts import header_slots
from kcontract.generate.envelope import header_document
from kcontract.generate.kind import Ground, Kind, Mutant, Parent
from kcontract.model.case import Layer
from kcontract.model.record import Headers

_YEAR_9999 = 253_402_300_799_000
_OVERSIZE = 60_000
_LIES: tuple[tuple[str, str, bytes], ...] = (
    ("content_type", "content-type", b"application/xml"),
    ("schema_id", "__value_schema_id", b"\x01" + UUID("9f5f0a4e-3c7d-4f6b-8a1e-2d3c4b5a6978").bytes),
    ("traceparent", "traceparent", b"00-00000000000000000000000000000000-zz-ff"),
)
_OTHER_DIGITS = {digit: bytes(48 + (digit - 47 + step) % 10 for step in range(9)) for digit in b"0123456789"}
"""For a digit the nine others: a key of others keeps its form."""


def _key_damage(_: Ground, parent: Parent, rng: Random) -> Iterator[Mutant]:
    yield Mutant(parent.with_key(None), "null", "no key")
    yield Mutant(parent.with_key(b""), "empty", "a key of no bytes")
    yield Mutant(parent.with_key(b"\xff\xfe" + rng.randbytes(14)), "garbage", "16 bytes that are no UTF-8")
    yield Mutant(parent.with_key(_other_shape(parent.record.key)), "wrong_schema", "a key of another type")


def _other_shape(key: bytes | None) -> bytes:
    try:
        known = json.loads(key or b"null")
    except ValueError:
        known = None
    return b'{"not":"the key"}' if not isinstance(known, dict) else b'"not an object"'


def _has_key_rule(ground: Ground) -> str:
    message = ground.contract.message
    judged = message.key is not None or message.key_from is not None
    return "" if judged else "the contract says nothing of the key"


def _has_source(ground: Ground) -> str:
    return "" if ground.contract.message.key_from is not None else "message.keyFrom is not declared"


def _mismatch(ground: Ground, parent: Parent, rng: Random) -> Iterator[Mutant]:
    key = parent.record.key
    if key:
        other = bytes([rng.choice(_OTHER_DIGITS[byte]) if byte in _OTHER_DIGITS else byte for byte in key])
        note = f"the key is not what stands at {ground.contract.message.key_from}"
        if other != key:
            yield Mutant(parent.with_key(other), note=note)


def _headers(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    headers = parent.record.headers
    for name in _names(ground):
        others = tuple(pair for pair in headers if pair[0] != name)
        own = next((value for key, value in headers if key == name), None)
        damages: tuple[tuple[str, Headers, str], ...] = (
            ("missing", others, "left out"),
            ("duplicate", (*headers, (name, b"another")), "given twice"),
            ("null", (*others, (name, None)), "null"),
            ("utf8", (*others, (name, b"\xff\xfe\x80")), "not UTF-8"),
            ("oversize", (*others, (name, b"x" * _OVERSIZE)), f"{_OVERSIZE} bytes long"),
        )
        for variant, changed, words in damages:
            if own is not None:
                yield Mutant(parent.with_headers(changed), variant, f"header {name} {words}", name)
    for variant, name, value in _LIES:
        if ground.contract.message.wire != "confluent-header" or variant != "schema_id":
            yield Mutant(parent.with_headers((*headers, (name, value))), variant, f"a lying header {name}", name)


def _names(ground: Ground) -> list[str]:
    """Declared headers, required ones first."""
    document: dict[str, Any] = header_document(ground.contract)
    slots = header_slots(ground.contract.message)
    return list(dict.fromkeys([*document.get("required", ()), *slots, *document.get("properties", ())]))


def _timestamp(_: Ground, parent: Parent, __: Random) -> Iterator[Mutant]:
    record = parent.record
    moments = (("epoch", 1), ("zero", 0), ("negative", -1), ("year_9999", _YEAR_9999), ("last", 2**63 - 1))
    for variant, moment in moments:
        stamped = type(record)(record.key, record.value, record.headers, moment)
        yield Mutant(stamped, variant, f"record timestamp {moment} ms")


KINDS: tuple[Kind, ...] = (
    Kind(
        "key_damage", 50, "envelope", Layer.ENVELOPE, "no key, an empty one, bytes that are none, another type",
        "invalid or valid, as key and keyFrom say", "rejects it, or does not need the key",
        "Keys come from another serializer than values and are checked by nobody. A consumer that decodes them dies"
        " in a"
        " place where only values are guarded.",
        ("null", "empty", "garbage", "wrong_schema"), _has_key_rule, _key_damage,
    ),
    Kind(
        "key_payload_mismatch", 51, "envelope", Layer.ENVELOPE, "a key that is not the id in the value", "invalid",
        "rejects it",
        "The record goes to another partition than the others of its id: order is lost, and a consumer that updates by"
        " key changes somebody else's row.",
        applies=_has_source, mutants=_mismatch,
    ),
    Kind(
        "header_damage", 52, "envelope", Layer.ENVELOPE,
        "headers missing, twice, null, not UTF-8, of 60 kB; lies about content type, schema id, trace",
        "invalid for required headers, else either or valid", "tolerates it, or rejects it if it needs the header",
        "Headers are bytes, may be null and may stand twice. `headers['x'].decode()` fails on two of these, and a"
        " broken"
        " trace header must not stop the message.",
        ("missing", "duplicate", "null", "utf8", "oversize", "content_type", "schema_id", "traceparent"),
        mutants=_headers, share=3,
    ),
    Kind(
        "timestamp_weird", 53, "envelope", Layer.ENVELOPE, "record timestamps of -1, 0, 1, year 9999 and beyond",
        "either",
        "tolerates it",
        "The producer sets the timestamp, and `fromtimestamp` raises for what it cannot say. Windowed aggregations"
        " advance to the year 9999 and drop everything that comes later. Brokers may refuse such records.",
        ("epoch", "zero", "negative", "year_9999", "last"), mutants=_timestamp,
    ),
)  # fmt: skip
