"""Runs the project's functions that make events, or values: calls on standard input, answers on the original standard
output.

Run as a script in the project root, by the project's own interpreter; it imports nothing of kcontract. A line in:
`{"function": "module:name", "payload": {...}}`; a line out: `{"events": [...]}` or `{"error": "…"}`. An event is
`{"value": JSON}` or `{"bytes": BASE64}`, perhaps with `key` and `headers`, base64 or null. A line in that asks for
values: `{"function": "module:name", "count": 8, "seed": 1}`; out: `{"values": [...]}`, from one to so many.
"""

import base64
import dataclasses
import datetime
import decimal
import enum
import importlib
import inspect
import json
import os
import random
import sys
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO

_PARTS = {"key", "value", "headers"}


def answer(call: dict[str, Any]) -> dict[str, Any]:
    """The events that the function returns, or its values; its failure is an answer, too."""
    try:
        module, _, name = call["function"].partition(":")
        function = getattr(importlib.import_module(module), name)
        if "count" in call:
            return {"values": [plain(one) for one in values(function, call["count"], call["seed"])]}
        made = function(**arguments(function, call["payload"]))
        return {"events": [event(one) for one in several(made)]}
    except BaseException as error:
        return {"error": f"{type(error).__name__}: {error}"[:500]}


def values(function: Callable[[], Any], count: int, seed: int) -> list[Any]:
    """What so many calls return; draws, if that is a Hypothesis strategy."""
    random.seed(seed)
    first = function()
    strategies = sys.modules.get("hypothesis.strategies")
    if strategies is not None and isinstance(first, strategies.SearchStrategy):
        return draws(first, count, seed)
    return [first, *(function() for _ in range(count - 1))]


def draws(strategy: Any, count: int, seed: int) -> list[Any]:
    """Values of a strategy, the same for the same seed."""
    hypothesis = importlib.import_module("hypothesis")
    found: list[Any] = []
    quiet = hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )

    def keep(value: Any) -> None:
        found.append(value)

    hypothesis.seed(seed)(quiet(hypothesis.given(strategy)(keep)))()
    return found


def arguments(function: Callable[..., Any], payload: Any) -> dict[str, Any]:
    """Parameters get the payload's members of their names; a single other one that must be given, the whole of it."""
    found: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if isinstance(payload, dict) and name in payload:
            found[name] = payload[name]
        elif parameter.default is parameter.empty:
            found[name] = payload
    return found


def several(made: Any) -> Iterable[Any]:
    """The events of what was returned: none, one, or those of a list or generator."""
    if made is None:
        return ()
    return made if isinstance(made, (list, set, frozenset, Iterator)) else (made,)


def event(made: Any) -> dict[str, Any]:
    """One event: its payload, bytes, (key, value), or an object with these parts."""
    if isinstance(made, tuple) and len(made) in (2, 3):
        return parts(*made)
    if isinstance(made, dict) and "value" in made and made.keys() <= _PARTS:
        return parts(made.get("key"), made["value"], made.get("headers"), named=frozenset(made))
    if hasattr(made, "key") and hasattr(made, "value"):
        return parts(made.key, made.value, getattr(made, "headers", None))
    return value_of(made)


def parts(key: Any, value: Any, headers: Any = None, named: frozenset[str] = frozenset(_PARTS)) -> dict[str, Any]:
    """An event whose function says more than its payload."""
    found = value_of(value)
    if "key" in named:
        found["key"] = None if key is None else text(key)
    if headers is not None:
        pairs = headers.items() if isinstance(headers, dict) else headers
        found["headers"] = [[name, None if one is None else text(one)] for name, one in pairs]
    return found


def value_of(value: Any) -> dict[str, Any]:
    """Bytes are what is sent; anything else is a payload."""
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": base64.b64encode(value).decode()}
    return {"value": plain(value)}


def text(value: Any) -> str:
    """A key or header, in base64."""
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    shown = plain(value)
    return base64.b64encode((shown if isinstance(shown, str) else json.dumps(shown)).encode()).decode()


def plain(value: Any) -> Any:
    """The JSON form."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = dataclasses.asdict(value)
    if hasattr(value, "model_dump"):
        value = value.model_dump()
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in value]
    return leaf(value.value if isinstance(value, enum.Enum) else value)


def leaf(value: Any) -> Any:
    """The JSON form of a scalar: times in UTC, bytes in base64."""
    if isinstance(value, datetime.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
        return aware.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return str(value)
    return base64.b64encode(value).decode() if isinstance(value, (bytes, bytearray)) else value


def main(calls: TextIO) -> None:
    """Until the input ends. What functions print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - as `python -m` does
    for line in calls:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.stdin)
