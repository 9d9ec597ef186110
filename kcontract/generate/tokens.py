"""Tokens: the parts of a record that are fresh for every case and every re-sending.

A token is written in a canonical text of constant length, and stands in a record in any of its `forms`:

* 36 characters of UUID text; also as the 16 raw bytes of a `fixed(16)`;
* 14 digits, from [10^13, 10^14): as an Avro long always 7 bytes of varint;
* 9 digits, from [2·10^8, 10^9): as an Avro int or long always 5 bytes (its zigzag value is at least 2^28);
* any other text: only its digits change (its letters too, where there are fewer than six digits).

So a token is replaced byte for byte: no length prefix, offset or decimal text around it moves. The first three are
replaced wherever they stand, other text only where it is the whole of a key, a header or a string: it may be as short
as a letter, and names of properties would change with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from random import Random
from struct import Struct

from msgspec import structs

from kcontract.model.case import CASE_HEADER, Case
from kcontract.model.record import Headers, Record
from kcontract.schema.avro.encode import long_bytes

LONG_LOW, LONG_HIGH = 10**13, 10**14
INT_LOW, INT_HIGH = 2 * 10**8, 10**9
_AT_ONCE = 64
"""UUIDs that are drawn together, at half the price."""
_STRIDE = 7_368_787  # a prime that divides neither range: a walk through all of it without repetition
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

_GROUPS = Struct("8s4s4s4s12s")
"""The digits of a UUID, as hyphens part them."""
_EACH = sum(1 << 128 * place for place in range(_AT_ONCE))
_RANDOM = _EACH * 0xFFFFFFFF_FFFF_0FFF_0FFF_FFFFFFFFFFFF
_VERSION_4 = _EACH * 0x00000000_0000_4000_8000_000000000000
_VARIANT = _EACH * 0x00000000_0000_0000_3000_000000000000
"""Of so many UUIDs together: the bits that are random, those that all have in common (RFC 9562 §5.4), and the two
random ones of the digit that says the variant, which are drawn as its upper ones."""


def is_uuid(text: bytes) -> bool:
    """Whether this is UUID text in the canonical lower case form (RFC 9562 §4)."""
    return len(text) == 36 and _UUID.fullmatch(text) is not None


_is_known_uuid = lru_cache(maxsize=4096)(is_uuid)
"""The tokens of a parent are asked about for each of its mutants."""


@lru_cache(maxsize=512)
def _are_uuids(tokens: tuple[bytes, ...]) -> bool:
    return all(map(is_uuid, tokens))


@lru_cache(maxsize=4096)
def is_plain(token: bytes) -> bool:
    """Whether a token is a UUID or a number of constant length: no schema that took it can refuse its successor."""
    return is_uuid(token) or _range_of(token) is not None


@lru_cache(maxsize=4096)
def _range_of(token: bytes) -> tuple[int, int] | None:
    if len(token) not in (9, 14) or not token.isdigit():
        return None
    number = int(token)
    if len(token) == 14 and number >= LONG_LOW:
        return LONG_LOW, LONG_HIGH
    return (INT_LOW, INT_HIGH) if len(token) == 9 and number >= INT_LOW else None


@lru_cache(maxsize=4096)
def raw_form(token: bytes) -> bytes | None:
    """How a token stands in binary: the 16 bytes of a UUID, the varint of a number; None for other text."""
    if is_uuid(token):
        return bytes.fromhex(token.replace(b"-", b"").decode())
    return long_bytes(int(token)) if _range_of(token) else None


@lru_cache(maxsize=4096)
def forms(token: bytes) -> tuple[bytes, ...]:
    """Every way in which a token may stand in the bytes of a record; equal in number and lengths for its successors."""
    raw = raw_form(token)
    return (token,) if raw is None else (token, raw)


@lru_cache(maxsize=512)
def both_forms(tokens: tuple[bytes, ...]) -> tuple[tuple[bytes, bytes | None], ...]:
    """Each token beside its raw form."""
    return tuple((token, raw_form(token)) for token in tokens)


@lru_cache(maxsize=4096)
def whole(token: bytes) -> re.Pattern[bytes]:
    """Finds other text where it is all there is: in quotes, which may be escaped, and no property's name; behind its
    length in Avro; or alone."""
    text, length = re.escape(token), re.escape(long_bytes(len(token)))
    quoted = rb"""(?<=["']%b)(?=\\*["'](?!\s*:))""" % text
    return re.compile(rb"%b(?:%b|(?<=%b%b)|(?<=\A%b)\Z)" % (text, quoted, length, text, text))


def stands_in(token: bytes, data: bytes) -> bool:
    """Whether a token stands in a key, a value or a header, in any of its forms."""
    raw = raw_form(token)
    return whole(token).search(data) is not None if raw is None else token in data or raw in data


class Mint:
    """Fresh tokens. Numbers never repeat within a mint; UUIDs do with probability 2^-122."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._count = rng.randrange(INT_HIGH - INT_LOW)
        self._uuids: list[bytes] = []

    def uuid(self) -> str:
        """Text of a random UUID, version 4."""
        return self._uuid().decode()

    def _uuid(self) -> bytes:
        if not self._uuids:
            self._uuids = _uuids(self._rng.randbytes(16 * _AT_ONCE))
        return self._uuids.pop()

    def number(self, low: int, high: int) -> int:
        """A number of [low, high) that this mint has not given before, until the range is used up."""
        self._count += 1
        return low + self._count * _STRIDE % (high - low)

    def like(self, token: bytes) -> bytes:
        """A fresh token of the same form and length as an old one."""
        if _is_known_uuid(token):
            return self._uuid()
        span = _range_of(token)
        return str(self.number(*span)).encode() if span else self._varied(token)

    def all_like(self, tokens: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Fresh tokens of the same forms and lengths, for half the price if all are UUIDs, as most are."""
        count = len(tokens)
        if not 0 < count <= _AT_ONCE or not _are_uuids(tokens):
            return tuple(map(self.like, tokens))
        if len(self._uuids) < count:
            self._uuids = _uuids(self._rng.randbytes(16 * _AT_ONCE))
        fresh = tuple(self._uuids[-count:])
        del self._uuids[-count:]
        return fresh

    def _varied(self, token: bytes) -> bytes:
        letters = sum(byte in b"0123456789" for byte in token) < 6
        return bytes(self._other(byte, letters) for byte in token)

    def _other(self, byte: int, letters: bool) -> int:
        if 48 <= byte <= 57:
            return self._rng.randrange(48, 58)
        if letters and (97 <= byte <= 122 or 65 <= byte <= 90):
            return (97 if byte >= 97 else 65) + self._rng.randrange(26)
        return byte


def _uuids(data: bytes) -> list[bytes]:
    """UUIDs of random bytes, 16 each."""
    number = int.from_bytes(data, "big")
    number = number & _RANDOM | _VERSION_4 | number >> 2 & _VARIANT
    return list(map(b"-".join, _GROUPS.iter_unpack(number.to_bytes(len(data), "big").hex().encode())))


def replaced(value: bytes | None, old: tuple[tuple[bytes, bytes | None], ...], new: Sequence[bytes]) -> bytes | None:
    """The bytes with new tokens for old ones, of which both forms are given: each by the same form of the new one."""
    if not value:
        return value
    for place, (before, raw) in enumerate(old):
        if raw is None:
            value = _put(new[place], whole(before), value)
            continue
        value = value.replace(before, new[place])
        if raw in value:
            value = value.replace(raw, raw_form(new[place]) or b"")
    return value


def _put(new: bytes, old: re.Pattern[bytes], value: bytes) -> bytes:
    return old.sub(lambda _: new, value)


def restamp_value(value: bytes | None, old: Sequence[bytes], new: Sequence[bytes]) -> bytes | None:
    """The bytes with new tokens for old ones, in whichever form these stand there."""
    return replaced(value, both_forms(tuple(old)), new)


def restamp_headers(headers: Headers, old: Sequence[bytes], new: Sequence[bytes]) -> Headers:
    """The same for the values of headers."""
    return tuple([(name, restamp_value(value, old, new)) for name, value in headers]) if headers else ()


def restamp_record(record: Record, old: Sequence[bytes], new: Sequence[bytes]) -> Record:
    """The same for key, value and header values of a record."""
    key, value = restamp_value(record.key, old, new), restamp_value(record.value, old, new)
    return Record(key, value, restamp_headers(record.headers, old, new), record.timestamp)


def restamp(case: Case, new_id: str, tokens: Sequence[bytes], marker: bytes | None = None) -> Case:
    """A stored case with other tokens, as many as `case.tokens` and each of the same form, under another id.

    `marker` is the value of its marker header; None takes `new_id` behind the run that stands there already. What is
    expected of the case is taken over: ask the oracle where that could have changed.
    """
    record = restamp_record(case.record, case.tokens, tokens)
    mark = marker if marker is not None else _next_mark(record.header(CASE_HEADER), new_id)
    headers = tuple((name, mark if name == CASE_HEADER else value) for name, value in record.headers)
    record = Record(record.key, record.value, headers, record.timestamp)
    parent = restamp_value(case.parent, case.tokens, tokens)
    envelope = restamp_record(case.envelope, case.tokens, tokens) if case.envelope else None
    return structs.replace(case, id=new_id, record=record, tokens=tuple(tokens), parent=parent, envelope=envelope)


def _next_mark(old: bytes | None, new_id: str) -> bytes:
    return b"/".join([*(old or b"").split(b"/")[:-1], new_id.encode()])
