"""What a request says: path segments, query and body, as hostile as they come."""

from __future__ import annotations

import json
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote

import msgspec

from kcontract.model.registry import RegisteredReference
from kcontract.model.value import Value
from kcontract.registry.server.refusals import RefusalError, invalid_subject, invalid_version

_INT_MAX = 2**31 - 1
_T = TypeVar("_T")


class Request(Value, frozen=True):
    """One request, its path already split and decoded (a subject may hold an encoded slash)."""

    method: str
    segments: tuple[str, ...]
    query: dict[str, str] = msgspec.field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def of(cls, method: str, raw_path: bytes, query: bytes, body: bytes) -> Request:
        """From the bytes of the wire."""
        path = raw_path.decode("latin-1").removeprefix("/").removesuffix("/")
        segments = tuple(unquote(each) for each in path.split("/")) if path else ()
        return cls(method, segments, dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True)), body)

    def parsed(self, kind: type[_T]) -> _T:
        """The body as `kind`. Raises RefusalError 400 (not JSON) or 422 (JSON of another form)."""
        try:
            return msgspec.convert(json.loads(self.body), kind)
        except msgspec.ValidationError as error:
            raise RefusalError(422, 422, f"Unprocessable request: {error}") from error
        except (ValueError, RecursionError) as error:
            raise RefusalError(400, 400, "Malformed JSON in the request body") from error

    def page(self, everything: tuple[Any, ...]) -> list[Any]:
        """The part of a list that `offset` and `limit` ask for; a limit of 0 or less means no limit."""
        offset, limit = max(0, self._number("offset")), self._number("limit")
        return list(everything[offset : offset + limit] if limit > 0 else everything[offset:])

    def _number(self, name: str) -> int:
        text = self.query.get(name, "0")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


class SchemaBody(Value, frozen=True, rename="camel"):
    """The body of a registration or a look-up. Unknown properties are passed over."""

    schema: str | None = None
    schema_type: str | None = None
    references: tuple[RegisteredReference, ...] | None = None
    id: int | None = None
    version: int | None = None


class ConfigBody(Value, frozen=True):
    """The body of PUT /config: absent keeps the level, null clears it."""

    compatibility: str | msgspec.UnsetType | None = msgspec.UNSET


def subject_name(text: str) -> str:
    """A subject; `:.:s` is `s` in the default context. Raises RefusalError 42208."""
    name = text.removeprefix(":.:")
    if name in ("__GLOBAL", "__EMPTY") or any(ord(character) < 0x20 or ord(character) == 0x7F for character in name):
        raise invalid_subject(name)
    return name


def version_number(text: str) -> int | None:
    """A version, None for the latest one. Raises RefusalError 42202."""
    if text.lower() == "latest" or text == "-1":
        return None
    number = _int32(text)
    if not number:
        raise invalid_version(text)
    return number


def schema_id(text: str) -> int:
    """A schema id. Raises RefusalError 404, as for any path that is none."""
    number = _int32(text)
    if number is None:
        raise RefusalError(404, 404, "HTTP 404 Not Found")
    return number


def _int32(text: str) -> int | None:
    plain = text.isascii() and text.isdecimal() and len(text) <= 10
    return int(text) if plain and int(text) <= _INT_MAX else None
