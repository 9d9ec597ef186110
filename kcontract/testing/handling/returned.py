"""What a handler returned → events that can be sent over a pipe."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kcontract.harness.make_child import plain
from kcontract.model.called import Returned
from kcontract.model.record import Headers
from kcontract.testing.values import Event, Rejected

_NO_EVENTS = (bool, int, float, str)
"""What is returned for some other purpose."""


def is_rejection(made: Any) -> bool:
    """Whether it is `Rejected`, the class or one of it."""
    return isinstance(made, Rejected) or (inspect.isclass(made) and issubclass(made, Rejected))


def several(made: Any) -> Iterable[Any]:
    """Everything that was returned, one by one."""
    return made if isinstance(made, (list, tuple, set, frozenset, Iterator)) else (made,)


def returned(made: Any) -> tuple[Returned, ...]:
    """The events among what was returned; numbers, texts and None are none."""
    return tuple(_event(one) for one in several(made) if one is not None and not isinstance(one, _NO_EVENTS))


def _event(made: Any) -> Returned:
    if isinstance(made, Event) or _looks_like_one(made):
        value, is_json = _value(made.value)
        headers = getattr(made, "headers", None)
        kept = None if headers is None else _headers(headers)
        return Returned(value, is_json, str(getattr(made, "topic", "")), _text(getattr(made, "key", None)), kept)
    value, is_json = _value(made)
    return Returned(value, is_json)


def _looks_like_one(made: Any) -> bool:
    """Whether it is a record of the project's own: it has a value, and a topic or a key beside it."""
    return hasattr(made, "value") and (hasattr(made, "topic") or hasattr(made, "key"))


def _value(value: Any) -> tuple[bytes | None, bool]:
    if value is None or isinstance(value, (bytes, bytearray)):
        return None if value is None else bytes(value), False
    return json.dumps(plain(value), default=str).encode(), True


def _headers(headers: Any) -> Headers:
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return tuple((str(name), _text(value)) for name, value in pairs)


def _text(value: Any) -> bytes | None:
    """A key or a header: bytes, a text, or the JSON form of anything else."""
    if value is None or isinstance(value, (bytes, bytearray)):
        return None if value is None else bytes(value)
    shown = plain(value)
    return (shown if isinstance(shown, str) else json.dumps(shown, default=str)).encode()
