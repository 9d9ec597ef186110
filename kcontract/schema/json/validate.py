"""Validation in the draft that a schema declares (2020-12 if none), and which kind describes an error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from itertools import islice
from types import MappingProxyType
from typing import Any

import jsonschema_rs

from kcontract.errors import SchemaError
from kcontract.model.case import Layer
from kcontract.schema.json.bounded import copies, is_small, part_of
from kcontract.schema.json.errors import code_of, most_telling
from kcontract.schema.json.formats import STRICT, harmless
from kcontract.schema.json.numbers import Literal, beyond_binary64, beyond_int64
from kcontract.schema.json.parse import Parsed, map_texts
from kcontract.schema.json.shape import types_at
from kcontract.schema.problem import DecodeError, escape

_NONE: Mapping[str, str] = MappingProxyType({})
_MAX_ERRORS = 20
_BEYOND = "json_numbers:beyond_binary64"
_ORDINARY = frozenset({str, float, bool, type(None)})
"""What needs no further look."""
_PLACES = 256
"""Of so many it is remembered which types they may have."""
_Types = Callable[[tuple[str, ...]], frozenset[str]]
"""All types that a schema names for a place."""


class JsonSchema:
    """A compiled JSON Schema. `document` is the parsed text."""

    def __init__(self, text: str, references: Mapping[str, str] = _NONE, *, assert_formats: bool = False) -> None:
        """`references`: URI or name used in `$ref` → text. Nothing is ever fetched. Raises SchemaError."""
        self.document = _load(text)
        self._asserts = assert_formats
        self._copies = copies(self.document)
        self._types_at = lru_cache(_PLACES)(partial(types_at, self.document))
        registry = _registry(references)
        self._strict = _compile(self.document, registry, formats=STRICT)
        self._lenient = _compile(self.document, registry, formats=None if assert_formats else {})

    def accepts(self, value: Any) -> bool:
        """Whether the value is valid, formats strictly included: one of our own making, or one that was read, whose
        numbers count by their value, however they are written."""
        plain = _plain_numbers(self._types_at, value)[0] if _has_unusual_numbers(value) else value
        return bool(self._strict.is_valid(plain))

    def problems(self, parsed: Parsed) -> tuple[DecodeError, ...]:
        """What is wrong with a parsed document in the eyes of the schema, the soft ones included."""
        value, noted = _plain_numbers(self._types_at, parsed.value) if parsed.numbers else (parsed.value, ())
        if self._strict.is_valid(value):
            return noted
        return (*noted, *self._errors(value, parsed.size, noted))

    def _errors(self, value: Any, size: int, noted: tuple[DecodeError, ...]) -> tuple[DecodeError, ...]:
        """What is wrong with a value that the strict validator refuses."""
        small = is_small(value, size, self._copies)
        hard = self._hard(value) if small else self._hard_of_large(value, size)
        if hard and noted:
            unsure = [note.path for note in noted if note.code == _BEYOND]
            for error in hard:
                error.soft = error.soft or any(_covers(error.path, path) for path in unsure)
        if hard:
            return tuple(hard)
        if small:
            return tuple(_softened(error) for error in _problems(self._strict, value))
        return (_softened(_somewhere()),)

    def _hard(self, value: Any) -> list[DecodeError]:
        hard = list(_problems(self._lenient, value))
        return self._without_open_times(value, hard) if hard and self._asserts else hard

    def _hard_of_large(self, value: Any, size: int) -> list[DecodeError]:
        """Of a document that is too large for all its errors: those of a part of it, as far as they hold of the whole.

        What is wrong elsewhere is told without its place.
        """
        if self._lenient.is_valid(value):
            return []
        part, cut = part_of(value, size, self._copies)
        found = list(_problems(self._lenient, part, without=cut)) or [_somewhere()]
        if self._asserts and self._lenient.is_valid(map_texts(value, harmless)):
            return [_softened(error) for error in found]
        return found

    def _without_open_times(self, value: Any, hard: list[DecodeError]) -> list[DecodeError]:
        """Year 0000 and second 60 are open even where formats bind: what they alone cause is soft."""
        plain = map_texts(value, harmless)
        if plain == value:
            return hard
        left = {(error.path, error.code) for error in map(_problem, self._lenient.iter_errors(plain))}
        return [error if (error.path, error.code) in left else _softened(error) for error in hard]


def _load(text: str) -> Any:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SchemaError("JSON_SCHEMA_NOT_JSON", f"the schema is not JSON: {error}", "write it as JSON") from error
    if not isinstance(document, dict | bool):
        raise SchemaError("JSON_SCHEMA_TYPE", "a JSON Schema is an object or a boolean", "write an object")
    return document


def _registry(references: Mapping[str, str]) -> jsonschema_rs.Registry | None:
    if not references:
        return None
    return jsonschema_rs.Registry([(_uri(name), _load(text)) for name, text in references.items()])


def _uri(name: str) -> str:
    return name if ":" in name else f"json-schema:///{name}"


def _compile(document: Any, registry: jsonschema_rs.Registry | None, *, formats: dict[str, Any] | None) -> Any:
    """`formats`: None for the library's, {} for none."""
    try:
        return jsonschema_rs.validator_for(
            document,
            formats=formats or None,
            validate_formats=formats != {},
            registry=registry,
            offline=True,
        )
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        message = str(error).partition("\n")[0][:300]
        raise SchemaError("JSON_SCHEMA_INVALID", f"not a JSON Schema: {message}", "correct the schema") from error


def _problem(error: Any) -> DecodeError:
    error = most_telling(error)
    code, soft = code_of(error)
    return DecodeError(Layer.CONSTRAINTS, code, error.message[:300], path=_pointer(error), soft=soft)


def _problems(validator: Any, value: Any, without: frozenset[str] = frozenset()) -> Iterator[DecodeError]:
    """The first errors, those about the places `without` left out."""
    errors = validator.iter_errors(value)
    if without:
        errors = (error for error in errors if _pointer(error) not in without)
    return map(_problem, islice(errors, _MAX_ERRORS))


def _pointer(error: Any) -> str:
    return "".join([f"/{escape(str(step))}" for step in error.instance_path])


def _somewhere() -> DecodeError:
    reason = "not what the schema allows, in a document that is too large to say where"
    return DecodeError(Layer.CONSTRAINTS, "value_violation", reason)


def _softened(error: DecodeError) -> DecodeError:
    error.soft = True
    return error


def _covers(path: str, noted: str) -> bool:
    return noted == path or noted.startswith(f"{path}/")


def _has_unusual_numbers(value: Any) -> bool:
    """Whether a number stands in it that the library does not take for what it is: neither int64 nor a plain float."""
    if not isinstance(value, dict | list):
        return isinstance(value, Literal) or beyond_int64(value)
    items = value.values() if isinstance(value, dict) else value
    return any(_has_unusual_numbers(item) for item in items if type(item) not in _ORDINARY)


def _plain_numbers(types: _Types, value: Any) -> tuple[Any, tuple[DecodeError, ...]]:
    """The document with plain numbers only, and a note for each number whose meaning is open where it stands."""
    noted: list[DecodeError] = []
    return _plain(value, (), types, noted), tuple(noted[:_MAX_ERRORS])


def _plain(value: Any, steps: tuple[str, ...], types: _Types, noted: list[DecodeError]) -> Any:
    match value:
        case list():
            return [_plain(item, (*steps, str(index)), types, noted) for index, item in enumerate(value)]
        case dict():
            return {key: _plain(item, (*steps, key), types, noted) for key, item in value.items()}
        case Literal() | int():
            noted.extend(_open_number(types, value, steps))
            return _number(value)
    return value


def _number(one: int | float) -> int | float:
    """Exact within int64; beyond it as binary64, for so are the bounds that it is compared with (ORACLE.md §1, 33)."""
    whole = one.integral if isinstance(one, Literal) else one
    if not isinstance(whole, int):
        return float(one)
    if not beyond_int64(whole):
        return whole
    if beyond_binary64(whole):
        return sys.float_info.max if whole > 0 else -sys.float_info.max
    return float(whole)


def _open_number(types: _Types, one: int | float, steps: tuple[str, ...]) -> Iterator[DecodeError]:
    path = "".join(f"/{escape(step)}" for step in steps)
    if isinstance(one, Literal) and not one.exact:
        yield _number_note(_BEYOND, "beyond what binary64 holds", path)
    elif isinstance(one, Literal):
        if "integer" in types(steps):
            yield _number_note("json_numbers:float_for_integer", f"{float(one)!r} in an integer field", path)
    elif isinstance(one, int) and beyond_int64(one):
        if beyond_binary64(one):
            yield _number_note(_BEYOND, "beyond what binary64 holds", path)
        elif "integer" in types(steps):
            yield _number_note("json_numbers:beyond_int64", "beyond int64 in an integer field", path)


def _number_note(code: str, reason: str, path: str) -> DecodeError:
    return DecodeError(Layer.CONSTRAINTS, code, reason, path=path, soft=True)
