"""How a handler is called: by what it is, and by what its parameters say."""

from __future__ import annotations

import asyncio
import inspect
import json
import time
import typing
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from kcontract.model.called import Handed, Style
from kcontract.testing.values import Message, Record

_PARTS = frozenset({"key", "value", "headers", "topic", "partition", "offset", "timestamp", "payload"})
_LISTED = ", ".join(sorted(_PARTS))
_PAYLOADS = frozenset({"payload", "event", "data", "body"})
_MESSAGES = frozenset({"msg", "message"})
Argument = Callable[[Handed], Any]


class Face(Protocol):
    """A handler that can be called."""

    style: Style

    def call(self, handed: Handed) -> Any:
        """What the handler returns; raises what it raises."""
        ...

    def takes(self, topic: str) -> bool:
        """Whether records of a topic are for it."""
        ...


class FunctionFace:
    """A plain or an asynchronous function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._named, self._argument, self.style = _taken(function)
        self._loop: asyncio.AbstractEventLoop | None = None

    def takes(self, topic: str) -> bool:
        """Any: nobody has told the function of topics."""
        del topic
        return True

    def call(self, handed: Handed) -> Any:
        if self._named:
            made = self._function(**{name: _part(handed, name) for name in self._named})
        else:
            made = self._function(self._argument(handed))
        return self._awaited(made) if inspect.isawaitable(made) else made

    def _awaited(self, made: Awaitable[Any]) -> Any:
        """All calls share a loop, as the records of a consumer do."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
        return self._loop.run_until_complete(_of(made))


async def _of(made: Awaitable[Any]) -> Any:
    return await made


def record_of(handed: Handed) -> Record:
    """The record as handlers see it."""
    record = handed.record
    timestamp = int(time.time() * 1000) if record.timestamp is None else record.timestamp
    return Record(handed.topic, handed.partition, handed.offset, record.key, record.value, record.headers, timestamp)


def message_of(handed: Handed) -> Message:
    """The same in confluent-kafka's way."""
    return Message(record_of(handed))


def payload_of(handed: Handed) -> Any:
    """The payload in its JSON form."""
    return json.loads(handed.payload)


def _value_of(handed: Handed) -> bytes | None:
    return handed.record.value


def _part(handed: Handed, name: str) -> Any:
    if name == "payload":
        return payload_of(handed)
    return list(handed.record.headers) if name == "headers" else getattr(record_of(handed), name)


def _taken(function: Callable[..., Any]) -> tuple[tuple[str, ...], Argument, Style]:
    """Names of the record's parts that it takes, or what it takes instead of them. TypeError for what takes neither:
    every record would fail alike."""
    needed = _needed(function)
    names = tuple(one.name for one in needed)
    by_name = len(names) > 1 or any(one.kind is one.KEYWORD_ONLY for one in needed)
    if by_name and set(names) <= _PARTS:
        return names, record_of, "payload" if "payload" in names else "record"
    if by_name:
        raise TypeError(f"it takes {', '.join(names)}: a handler takes one thing, or several of {_LISTED}")
    if not needed and _takes_nothing(function):
        raise TypeError("it takes nothing: a handler takes a record, or parts of one")
    argument = _by_annotation(_annotation(function, needed[0])) if needed else None
    argument = argument or (_by_name(names[0]) if names else record_of)
    return (), argument, "payload" if argument is payload_of else "record"


def _needed(function: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # of a compiled function nothing is known
        return []
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [one for one in parameters if one.default is one.empty and one.kind not in kinds]


def _takes_nothing(function: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    return all(one.kind in (one.KEYWORD_ONLY, one.VAR_KEYWORD) for one in parameters)


def _annotation(function: Callable[..., Any], parameter: inspect.Parameter) -> Any:
    try:
        return typing.get_type_hints(function).get(parameter.name)
    except Exception:  # a name that only a type checker knows
        return parameter.annotation


def _by_annotation(annotation: Any) -> Argument | None:
    """None where the annotation says nothing."""
    if isinstance(annotation, str):
        annotation = annotation.rpartition(".")[2]
    name = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
    parts = {one for one in typing.get_args(annotation) if one is not type(None)} or {annotation}
    origins = {typing.get_origin(one) or one for one in parts} | {typing.get_origin(annotation)}
    if name == "Message":
        return message_of
    if name == "Record":
        return record_of
    if origins & {bytes, bytearray} or name == "bytes":
        return _value_of
    if origins & {dict, Mapping} or name == "dict":
        return payload_of
    return None


def _by_name(name: str) -> Argument:
    if name in _MESSAGES:
        return message_of
    if name in _PAYLOADS:
        return payload_of
    return _value_of if name == "value" else record_of
