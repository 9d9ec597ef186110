"""YAML values with their places. Scalars are resolved by the YAML 1.2 core schema: `NO` is a text, not false."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from kcontract.document.codes import YAML_NUMBER
from kcontract.document.mistakes import Refused
from kcontract.model.location import Location

MAX_DIGITS = 1000


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A single value. `text` is as written, `value` what it stands for."""

    at: Location
    value: str | int | float | bool | None
    text: str


@dataclass(frozen=True, slots=True)
class ListNode:
    at: Location
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A value in a mapping and the place of its key."""

    key_at: Location
    node: Node


@dataclass(frozen=True, slots=True)
class MapNode:
    at: Location
    entries: dict[str, Entry]


Node = ScalarNode | ListNode | MapNode

_CONSTANTS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_NUMBER = re.compile(
    r"""(?P<int>[-+]?[0-9]+)|(?P<oct>0o[0-7]+)|(?P<hex>0x[0-9a-fA-F]+)
    |(?P<float>[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)
    |(?P<special>[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))""",
    re.VERBOSE,
)


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain scalar (YAML 1.2 §10.3). Raises Refused (YAML_NUMBER) for what JSON cannot hold."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "-+.0123456789":
        return text
    match = _NUMBER.fullmatch(text)
    return text if match is None else _number(text, str(match.lastgroup))


def _number(text: str, form: str) -> int | float:
    if len(text) > MAX_DIGITS or form == "special":
        raise Refused(YAML_NUMBER, f"`{text[:40]}` is not a finite number of at most {MAX_DIGITS} digits", "quote it")
    if form != "float":
        return int(text, {"int": 10, "oct": 8, "hex": 16}[form])
    number = float(text)
    if math.isinf(number):
        raise Refused(YAML_NUMBER, f"`{text[:40]}` is beyond binary64", "quote it if it is meant as text")
    return number


def plain(node: Node) -> Any:
    """The node as JSON data, without places."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return {key: plain(entry.node) for key, entry in node.entries.items()}


def describe(node: Node) -> str:
    """What a user would call the node: `a list`, `the number 5`."""
    if isinstance(node, ListNode):
        return "a list"
    if isinstance(node, MapNode):
        return "a mapping"
    if node.value is None:
        return "nothing"
    shown = node.text if len(node.text) <= 40 else node.text[:40] + "…"
    if isinstance(node.value, str):
        return f"the text `{shown}`"
    return f"`{shown}`" if isinstance(node.value, bool) else f"the number {shown}"
