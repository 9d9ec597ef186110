"""What a schema says of one place in a payload, as far as it matters for equality (ORACLE.md §2)."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from kcontract.model.contract import Expression
from kcontract.model.value import Value
from kcontract.oracle.reading import MISSING
from kcontract.schema.avro.nodes import (
    Array,
    AvroSchema,
    EnumType,
    Field,
    Fixed,
    Logical,
    Map,
    Node,
    Primitive,
    RecordType,
    Union,
)  # fmt: skip
from kcontract.schema.json.shape import formats_at, subschemas, types_at
from kcontract.schema.problem import escape

Kind = Literal[
    "plain", "integer", "number", "float32", "decimal", "instant", "date", "time", "uuid", "bytes", "unknown"
]


class Shape(Value, frozen=True):
    """`kind` says how values are written; `unit` the number of a timestamp's units in a second; `scale` a decimal's.

    `optional`: the place may be null or absent. `default` is what an absent one means, MISSING if nothing.
    """

    kinds: tuple[Kind, ...] = ("unknown",)
    optional: bool = True
    unit: int = 0
    scale: int = 0
    default: Any = MISSING


NO_SHAPE = Shape()
"""Nothing is known: values are compared as they are."""

PLAIN = Shape(("plain",), optional=False)


class Shapes(Protocol):
    """Shapes of the places of one payload."""

    def at(self, pointer: str) -> Shape:
        """The shape at a pointer into the payload."""
        ...

    def of(self, expression: Expression) -> Shape:
        """The shape of what an expression says."""
        ...


class _Shapes:
    """Shapes of places, kept once they were asked for."""

    def __init__(self) -> None:
        self._known: dict[str, Shape] = {}

    def of(self, expression: Expression) -> Shape:
        return self.at(expression.pointer) if expression.root == "message.payload" else NO_SHAPE

    def at(self, pointer: str) -> Shape:
        shape = self._known.get(pointer)
        if shape is None:
            shape = self._find(pointer)
            if len(self._known) < 10_000:
                self._known[pointer] = shape
        return shape

    def _find(self, pointer: str) -> Shape:
        raise TypeError(f"no shape at {pointer}")


class AvroShapes(_Shapes):
    """Shapes from an Avro schema, at pointers into its JSON form."""

    def __init__(self, schema: AvroSchema) -> None:
        super().__init__()
        self._schema = schema

    def _find(self, pointer: str) -> Shape:
        nodes: list[Node] = [self._schema.root]
        field: Field | None = None
        for token in pointer.split("/")[1:]:
            step = token.replace("~1", "/").replace("~0", "~")
            below = [pair for node in self._flat(nodes) for pair in _below(node, step)]
            if not below:
                return NO_SHAPE
            nodes, field = [node for node, _ in below], below[0][1]
        flat = self._flat(nodes)
        shapes = [_of_node(node) for node in flat if node != Primitive("null")]
        optional = len(shapes) < len(flat)
        if not shapes:
            return Shape(("plain",), optional=True)
        kinds = tuple(dict.fromkeys(kind for shape in shapes for kind in shape.kinds))
        unit, scale = max(shape.unit for shape in shapes), max(shape.scale for shape in shapes)
        return Shape(kinds, optional, unit, scale, MISSING if field is None else _plain_default(field))

    def _flat(self, nodes: list[Node]) -> list[Node]:
        flat: list[Node] = []
        for node in map(self._schema.follow, nodes):
            flat += map(self._schema.follow, node.branches) if isinstance(node, Union) else [node]
        return flat


def _plain_default(field: Field) -> Any:
    simple = isinstance(field.default, str | int | float | bool) and isinstance(field.type, Primitive | EnumType)
    return field.default if field.has_default and simple and getattr(field.type, "logical", None) is None else MISSING


def _below(node: Node, step: str) -> list[tuple[Node, Field | None]]:
    match node:
        case RecordType(fields=fields):
            return [(field.type, field) for field in fields if field.name == step]
        case Array(items=inner) | Map(values=inner):
            return [(inner, None)]
    return []


def _of_node(node: Node) -> Shape:
    match node:
        case Primitive(logical=logical) | Fixed(logical=logical) if logical is not None:
            return _of_logical(logical)
        case Primitive(type="int" | "long"):
            return Shape(("integer",))
        case Primitive(type="float"):
            return Shape(("float32",))
        case Primitive(type="bytes") | Fixed():
            return Shape(("bytes",))
    return Shape(("plain",))


def _of_logical(logical: Logical) -> Shape:
    units = {"millis": 1_000, "micros": 1_000_000, "nanos": 1_000_000_000}
    unit = units.get(logical.name.rpartition("-")[2], 0)
    match logical.name:
        case "decimal" | "big-decimal":
            return Shape(("decimal",), scale=logical.scale)
        case "uuid" | "date":
            return Shape((logical.name,))
        case "duration":
            return Shape(("bytes",))
        case "time-millis" | "time-micros":
            return Shape(("time",), unit=unit)
    return Shape(("instant",), unit=unit)


_FORMATS: dict[str, Kind] = {"uuid": "uuid", "date": "date", "time": "time", "date-time": "instant"}


class JsonShapes(_Shapes):
    """Shapes from JSON Schemas (one, or one a variant)."""

    def __init__(self, documents: tuple[Any, ...]) -> None:
        super().__init__()
        self._documents = documents

    def _find(self, pointer: str) -> Shape:
        steps = tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])
        kinds: list[Kind] = []
        optional, default = False, MISSING
        for document in self._documents:
            kinds += _kinds(document, steps)
            optional = optional or _is_optional(document, steps)
            default = next((one["default"] for one in subschemas(document, steps) if "default" in one), default)
        return Shape(tuple(dict.fromkeys(kinds)) or ("plain",), optional, default=default)


def _kinds(document: Any, steps: tuple[str, ...]) -> list[Kind]:
    found: list[Kind] = [_FORMATS[name] for name in sorted(formats_at(document, steps)) if name in _FORMATS]
    types = types_at(document, steps)
    if "number" in types:
        found.append("number")
    elif "integer" in types:
        found.append("integer")
    if any(one.get("contentEncoding") == "base64" for one in subschemas(document, steps)):
        found.append("bytes")
    return found


def _is_optional(document: Any, steps: tuple[str, ...]) -> bool:
    if "null" in types_at(document, steps):
        return True
    if not steps:
        return False
    parents = subschemas(document, steps[:-1])
    return not any(steps[-1] in parent["required"] for parent in parents if isinstance(parent.get("required"), list))


def child(pointer: str, step: str | int) -> str:
    """The pointer one step further."""
    return f"{pointer}/{escape(str(step))}"
