"""What the records of a topic have in common: keys, headers, and where a correlation id stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import structs

from kcontract.document.drafts.draft import Seen
from kcontract.document.drafts.infer import infer
from kcontract.document.drafts.reading import json_payload
from kcontract.document.drafts.yaml_text import flow, scalar
from kcontract.model.case import CASE_HEADER
from kcontract.model.record import Record
from kcontract.schema.json.formats import STRICT
from kcontract.schema.problem import escape
from kcontract.schema.wire import HEADER_SIZE, KEY_HEADER, VALUE_HEADER

_CORRELATION = ("correlationid", "xcorrelationid", "kafkacorrelationid", "correlation", "xrequestid", "requestid")
_IDENTITY = ("eventid", "messageid", "eventuuid")
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_OURS = frozenset({CASE_HEADER, VALUE_HEADER, KEY_HEADER})
_MAX_DEPTH = 4
_LONG = 8
"""Bytes of a key by Kafka's LongSerializer."""


def seen(records: Sequence[Record], payloads: Sequence[Any], odd: int) -> Seen:
    """The habits of records. `payloads` are the JSON forms of those values that could be read, in the same order;
    None for the others. Of these `odd` have a value, which is not like the rest: they show no habits."""
    if 0 < odd < len(records):
        pairs = [(one, form) for one, form in zip(records, payloads, strict=True) if form is not None or not one.value]
        found = seen([one for one, _ in pairs], [form for _, form in pairs], 0)
        return structs.replace(found, records=len(records), odd=odd)
    keys = [record.key for record in records]
    schema, note = _key(keys)
    names = [{name for name, value in record.headers if _is_text(value)} for record in records]
    every = set.intersection(*names) if names else set()
    known = dict.fromkeys(name for record in records for name, _ in record.headers if name not in _OURS)
    return Seen(
        records=len(records),
        tombstones=sum(record.is_tombstone for record in records),
        odd=odd,
        key=schema,
        key_note=note,
        key_from=_key_from(keys, payloads),
        headers=tuple(name for name in known if name in every),
        some_headers=tuple(name for name in known if name not in every),
    )


def correlation(headers: Sequence[str], paths: Sequence[str]) -> str:
    """The expression of the correlation id among headers and payload pointers; "" if nothing is called so."""
    for wanted in _CORRELATION:
        for name in headers:
            if _folded(name) == wanted:
                return f"$message.header#/{escape(name)}"
    return _named(paths, _CORRELATION[:1])


def identity(paths: Sequence[str]) -> str:
    """The expression of the identity among payload pointers; "" if nothing is called so."""
    return _named(paths, _IDENTITY)


def _named(paths: Sequence[str], names: Sequence[str]) -> str:
    for wanted in names:
        for path in paths:
            if _folded(path.rpartition("/")[2]) == wanted:
                return f"$message.payload#{path}"
    return ""


def _folded(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())


def _is_text(value: bytes | None) -> bool:
    if not value:
        return False
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _key(keys: Sequence[bytes | None]) -> tuple[str, str]:
    """The key's schema in YAML, and words about it."""
    present = [key for key in keys if key is not None]
    if len(present) < len(keys):
        return "", f"{len(keys) - len(present)} of {len(keys)} records have no key"
    if all(map(_is_framed, present)):
        return "", "keys begin with 0x00 and a schema id: name their schema here, a file"
    if not all(_is_text(key) and b"\0" not in key for key in present):
        sizes = {len(key) for key in present}
        number = sizes in ({4}, {8}) and f", but of {max(sizes)} bytes each, as whole numbers are"
        return "", f"keys are not text{number or ''}"
    return _text_key([key.decode() for key in present])


def _is_framed(key: bytes) -> bool:
    """Whether it begins as a framed key does; ids of schemas count from one, numbers of eight bytes look alike."""
    return len(key) > HEADER_SIZE and key[0] == 0 and any(key[1:HEADER_SIZE]) and len(key) != _LONG


def _is_json_object(text: str) -> bool:
    return text.startswith("{") and isinstance(json_payload(text.encode()), dict)


def _text_key(texts: list[str]) -> tuple[str, str]:
    if all(map(_is_json_object, texts)):
        return flow(infer([json_payload(text.encode()) for text in texts])), f"all {len(texts)} keys are JSON"
    if all(map(STRICT["uuid"], texts)):
        return "{type: string, format: uuid}", f"all {len(texts)} keys are UUIDs"
    if all(map(_WHOLE.fullmatch, texts)):
        return f"{{type: string, pattern: {scalar('^-?[0-9]+$')}}}", f"all {len(texts)} keys are whole numbers"
    return "{type: string, minLength: 1}", f"all {len(texts)} keys are texts"


def _key_from(keys: Sequence[bytes | None], payloads: Sequence[Any]) -> tuple[str, ...]:
    """Pointers of all fields that equal the key wherever there is a payload; shortest first. One key proves nothing."""
    if len(set(keys)) < 2:
        return ()
    left: dict[str, None] | None = None
    for key, payload in zip(keys, payloads, strict=True):
        if payload is None:
            continue
        if key is None:
            return ()
        equal = [path for path, value in leaves(payload) if _same(key, value)]
        left = dict.fromkeys(equal if left is None else (path for path in left if path in equal))
    return tuple(sorted(left or (), key=lambda path: (path.count("/"), len(path))))


def _same(key: bytes, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return False
    return key == str(value).encode("utf-8", "surrogatepass")


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Pointers of an object's members that are no objects or arrays themselves, with their values."""
    if isinstance(value, dict) and path.count("/") < _MAX_DEPTH:
        for name, inner in value.items():
            yield from leaves(inner, f"{path}/{escape(name)}")
    elif path and not isinstance(value, dict | list):
        yield path, value
