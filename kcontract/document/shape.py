"""What a place in a file may hold. One description drives both the reading of a file and its JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from kcontract.document import codes
from kcontract.document.mistakes import Notebook, Refused, did_you_mean, misspelt
from kcontract.document.yaml_nodes import Entry, ListNode, MapNode, Node, ScalarNode, describe, plain
from kcontract.model.location import Location


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single value. `parse` turns it into what the model wants, or raises Refused."""

    name: str
    """What is expected, for messages: `a duration such as 5s`."""
    parse: Callable[[ScalarNode], Any]
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Json:
    """A JSON value, taken as it is."""

    name: str
    accepts: Literal["any", "list", "mapping"] = "any"


@dataclass(frozen=True, slots=True)
class Items:
    """A list that is not empty."""

    item: Shape


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping from names that the user chooses."""

    item: Shape
    key: Leaf | None = None
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A known key of a form."""

    name: str
    shape: Shape
    description: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A mapping with known keys. Exactly one of `one_of` must be given, if any are named there."""

    name: str
    keys: tuple[Key, ...]
    one_of: tuple[str, ...] = ()
    one_of_code: codes.Code = codes.EXACTLY_ONE
    by_name: Mapping[str, Key] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {key.name: key for key in self.keys})


@dataclass(frozen=True, slots=True)
class Either:
    """Several shapes told apart by what stands there: a single value, a list or a mapping."""

    name: str
    scalar: Leaf | None = None
    items: Items | Json | None = None
    mapping: Form | Table | Json | None = None


Shape = Leaf | Json | Items | Table | Form | Either


@dataclass(frozen=True, slots=True)
class Found:
    """A value that was read: its own place and that of the key (or list item) it stands under."""

    at: Location
    key_at: Location
    value: Any


@dataclass(frozen=True, slots=True)
class Section:
    """A form that was read. Keys whose value was a mistake are missing in `found`."""

    at: Location
    found: Mapping[str, Found]
    given: frozenset[str] = frozenset()
    """All keys that stand in the file, readable or not."""

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a key, without its place."""
        found = self.found.get(name)
        return default if found is None else found.value

    def place(self, name: str) -> Location:
        """Where the value of a key stands; the section itself for one that is not given."""
        found = self.found.get(name)
        return self.at if found is None else found.at


def read(shape: Shape, node: Node, notebook: Notebook, key_at: Location | None = None) -> Found | None:
    """The node as the shape wants it, or None with mistakes noted. Everything readable below it is still read."""
    chosen = _option(shape, node) if isinstance(shape, Either) else shape
    if chosen is None or not isinstance(node, _accepted(chosen)):
        _note_wrong(name_of(shape), node, notebook, _example_of(shape))
        return None
    value = _value(chosen, node, notebook)
    return None if value is _NOTHING else Found(node.at, node.at if key_at is None else key_at, value)


_NOTHING = object()
"""Stands for a single value that was a mistake."""


def _option(shape: Either, node: Node) -> Leaf | Items | Form | Table | Json | None:
    if isinstance(node, ScalarNode):
        return None if node.value is None else shape.scalar
    return shape.items if isinstance(node, ListNode) else shape.mapping


def _accepted(shape: Shape) -> tuple[type[Node], ...]:
    if isinstance(shape, Json):
        return {"any": (ScalarNode, ListNode, MapNode), "list": (ListNode,), "mapping": (MapNode,)}[shape.accepts]
    if isinstance(shape, Leaf):
        return (ScalarNode,)
    return (ListNode,) if isinstance(shape, Items) else (MapNode,)


def _value(shape: Shape, node: Node, notebook: Notebook) -> Any:
    match shape, node:
        case Leaf(), ScalarNode():
            return _read_leaf(shape, node, notebook)
        case Items(), ListNode():
            return _read_items(shape, node, notebook)
        case Table(), MapNode():
            return _read_table(shape, node, notebook)
        case Form(), MapNode():
            return _read_form(shape, node, notebook)
        case _:
            return plain(node)


def name_of(shape: Shape) -> str:
    """What a user would call the shape."""
    if isinstance(shape, Items):
        return "a list"
    return "a mapping of names" if isinstance(shape, Table) else shape.name


def _example_of(shape: Shape) -> str:
    """How a section, or a list of sections, is written, with the keys that each must have; empty for other shapes."""
    form = shape.item if isinstance(shape, Items) else shape
    if not isinstance(form, Form):
        return ""
    keys = ", ".join(f"{key.name}: …" for key in form.keys if key.required)
    written = f": [{{{keys}}}]" if isinstance(shape, Items) else f": {{{keys}}}"
    return written if keys else ""


def _note_wrong(expected: str, node: Node, notebook: Notebook, example: str = "") -> None:
    fix = f"write {expected}{example}"
    if isinstance(node, ScalarNode) and node.value is not None and not isinstance(node.value, str):
        fix = f'quote it: "{node.text[:40]}"'
    notebook.add(codes.TYPE_WRONG, node.at, f"expected {expected}, found {describe(node)}", fix)


def _read_leaf(shape: Leaf, node: ScalarNode, notebook: Notebook) -> Any:
    try:
        return shape.parse(node)
    except Refused as refused:
        notebook.add(refused.code, node.at, refused.message, refused.fix)
        return _NOTHING


def _read_items(shape: Items, node: ListNode, notebook: Notebook) -> tuple[Found, ...]:
    if not node.items:
        notebook.add(codes.LIST_EMPTY, node.at, "the list is empty", "fill it, or remove the key")
    found = [read(shape.item, item, notebook) for item in node.items]
    return tuple(item for item in found if item is not None)


def _read_table(shape: Table, node: MapNode, notebook: Notebook) -> dict[str, Found]:
    if not node.entries and not shape.may_be_empty:
        notebook.add(codes.LIST_EMPTY, node.at, "the mapping is empty", "fill it, or remove the key")
    found: dict[str, Found] = {}
    for name, entry in node.entries.items():
        key = ScalarNode(entry.key_at, name, name)
        known = shape.key is None or read(shape.key, key, notebook) is not None
        value = read(shape.item, entry.node, notebook, entry.key_at)
        if known and value is not None:
            found[name] = value
    return found


def _read_form(shape: Form, node: MapNode, notebook: Notebook) -> Section:
    found: dict[str, Found] = {}
    given = {name: entry for name, entry in node.entries.items() if name in shape.by_name}
    for name, entry in node.entries.items():
        if name not in shape.by_name:
            fix = did_you_mean(name, shape.by_name)
            notebook.add(codes.KEY_UNKNOWN, entry.key_at, f"`{name[:80]}` is not a key of {shape.name}", fix)
            if meant := misspelt(name, shape.by_name.keys() - given.keys()):
                given[meant] = entry  # so that what stands under it is looked at as well, and is not called missing
    for name, entry in given.items():
        if (value := read(shape.by_name[name].shape, entry.node, notebook, entry.key_at)) is not None:
            found[name] = value
    _check_presence(shape, node, given, notebook)
    return Section(node.at, found, frozenset(node.entries) | given.keys())


def _check_presence(shape: Form, node: MapNode, entries: Mapping[str, Entry], notebook: Notebook) -> None:
    for key in shape.keys:
        if key.required and key.name not in entries:
            notebook.add(codes.KEY_REQUIRED, node.at, f"{shape.name} needs `{key.name}`", f"add `{key.name}:`")
    given = [name for name in shape.one_of if name in entries]
    if shape.one_of and len(given) != 1:
        choice = ", ".join(f"`{name}`" for name in shape.one_of)
        has = "takes none of its forms" if not given else f"has {' and '.join(f'`{name}`' for name in given)}"
        at = entries[given[1]].key_at if given else node.at
        notebook.add(shape.one_of_code, at, f"{shape.name} {has}", f"give exactly one of {choice}")
