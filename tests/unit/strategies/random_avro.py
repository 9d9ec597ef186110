"""Random Avro schemas with a bit of everything: logical types, namespaces, aliases, defaults, unions, recursion."""

from __future__ import annotations

from random import Random
from typing import Any

_PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
_LOGICAL = (
    ("int", "date"), ("int", "time-millis"), ("long", "time-micros"), ("long", "timestamp-millis"),
    ("long", "timestamp-micros"), ("long", "timestamp-nanos"), ("long", "local-timestamp-millis"),
    ("long", "local-timestamp-micros"), ("string", "uuid"), ("string", "no-such-type"), ("bytes", "big-decimal"),
)  # fmt: skip
_DEFAULTS: dict[str, Any] = {
    "null": None, "boolean": True, "int": -7, "long": 2**40, "float": 0.5, "double": 1e300, "bytes": "\u00ff\u0000",
    "string": "a default",
}  # fmt: skip
_DEEPEST = 3


class RandomSchemas:
    """Schemas of one source of randomness, each with names of its own."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._count = 0
        self._named: list[str] = []
        self._open: list[str] = []

    def schema(self) -> Any:
        """A legal schema as parsed JSON; most are records."""
        self._count, self._named, self._open = 0, [], []
        return self._record(0) if self._rng.random() < 0.8 else self._node(0)

    def _name(self) -> dict[str, Any]:
        self._count += 1
        words: dict[str, Any] = {"name": f"T{self._count}", "namespace": self._rng.choice(("a", "a.b"))}
        if self._rng.random() < 0.2:
            words["aliases"] = [f"Old{self._count}"]
        return words

    @staticmethod
    def _full(words: dict[str, Any]) -> str:
        return f"{words['namespace']}.{words['name']}".lstrip(".")

    def _node(self, depth: int) -> Any:
        if depth < _DEEPEST and self._rng.random() < 0.45:
            return self._rng.choice((self._array, self._map, self._union, self._union, self._record_below))(depth)
        leaves = (self._primitive, self._logical, self._decimal, self._fixed, self._enum, self._known)
        return self._rng.choice(leaves)()

    def _primitive(self) -> str:
        return self._rng.choice(_PRIMITIVES)

    def _logical(self) -> dict[str, Any]:
        underlying, logical = self._rng.choice(_LOGICAL)
        return {"type": underlying, "logicalType": logical}

    def _decimal(self) -> dict[str, Any]:
        precision = self._rng.randint(1, 28)
        words = {"logicalType": "decimal", "precision": precision, "scale": self._rng.randint(0, precision)}
        if self._rng.random() < 0.5:
            return {"type": "bytes", **words}
        return self._defined({"type": "fixed", **self._name(), "size": 12, **words})

    def _fixed(self) -> dict[str, Any]:
        size, logical = self._rng.choice(((0, None), (3, None), (12, "duration"), (16, "uuid")))
        extra = {"logicalType": logical} if logical else {}
        return self._defined({"type": "fixed", **self._name(), "size": size, **extra})

    def _enum(self) -> dict[str, Any]:
        symbols = [f"S{index}" for index in range(self._rng.randint(1, 4))]
        extra = {"default": symbols[0]} if self._rng.random() < 0.3 else {}
        return self._defined({"type": "enum", **self._name(), "symbols": symbols, **extra})

    def _defined(self, words: dict[str, Any]) -> dict[str, Any]:
        self._named.append(self._full(words))
        return words

    def _known(self) -> Any:
        """A type by its name: defined before, or a record that is being defined, behind a way out."""
        if self._open and self._rng.random() < 0.4:
            target = self._rng.choice(self._open)
            return self._rng.choice((["null", target], {"type": "array", "items": target}))
        return self._rng.choice(self._named) if self._named else "string"

    def _array(self, depth: int) -> dict[str, Any]:
        return {"type": "array", "items": self._node(depth + 1)}

    def _map(self, depth: int) -> dict[str, Any]:
        return {"type": "map", "values": self._node(depth + 1)}

    def _union(self, depth: int) -> list[Any]:
        found: dict[str, Any] = {}
        for _ in range(self._rng.randint(1, 4)):
            before = list(self._named)
            node = self._node(depth + 1)
            if isinstance(node, list) or _branch(node) in found:
                self._named = before  # what it defines is not there
            else:
                found[_branch(node)] = node
        return list(found.values()) or ["null"]

    def _record_below(self, depth: int) -> dict[str, Any]:
        return self._record(depth + 1)

    def _record(self, depth: int) -> dict[str, Any]:
        words = self._name()
        self._open.append(self._full(words))
        fields = [self._field(index, depth) for index in range(self._rng.randint(0, 5))]
        self._open.pop()
        return self._defined({"type": "record", **words, "fields": fields})

    def _field(self, index: int, depth: int) -> dict[str, Any]:
        node = self._node(depth + 1)
        first = node[0] if isinstance(node, list) else node
        extra = {"default": _DEFAULTS[first]} if first in _PRIMITIVES and self._rng.random() < 0.4 else {}
        return {"name": f"f{index}", "type": node, **extra}


def _branch(node: Any) -> str:
    """What branches of a union are told apart by."""
    if isinstance(node, str):
        return node
    return RandomSchemas._full(node) if "name" in node else node["type"]
