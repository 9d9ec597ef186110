"""Data for an Avro schema: an ordinary one, the edges one at a time, and random ones.

A datum is what `schema.avro.nodes` says: raw underlying values, unions as `Branch`. The contract's `constraints` (a
JSON Schema over the JSON form) aim the leaves; `fits` decides about the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, islice
from random import Random
from typing import Any, cast

from kcontract.generate.avro_leaves import Leaf, is_leaf, leaf_json, leaf_values, random_leaf
from kcontract.generate.budget import LONGEST, Budget, TooDeepError
from kcontract.generate.json_schema import JsonSchemaView, Plain, item_schema, property_schemas, types_of
from kcontract.generate.json_values import JsonValues
from kcontract.generate.leaf_check import leaf_check
from kcontract.generate.round_robin import round_robin
from kcontract.generate.text import TEXTS
from kcontract.schema.avro.nodes import (
    Array,
    AvroSchema,
    Branch,
    Datum,
    Fixed,
    Map,
    Node,
    Primitive,
    RecordType,
    Union,
)  # fmt: skip

_ANY: list[Plain] = [{}]
_SAME_IN_JSON = ("boolean", "int", "long", "double", "string")


class AvroValues:
    """Generates data of a schema that obey a view of its constraints. `fits` has the last word on a whole datum."""

    def __init__(
        self, schema: AvroSchema, fits: Callable[[Datum], bool], constraints: JsonSchemaView | None = None
    ) -> None:
        self._schema = schema
        self._fits = fits
        self._json = JsonValues(constraints, lambda _: True) if constraints else None
        self._root = self._json.plains(constraints.document) if self._json and constraints else _ANY
        self._budget = Budget()
        self._attempt = self._budget.attempt
        self._leaves: dict[tuple[int, tuple[int, ...]], tuple[Any, list[Any]]] = {}
        self._checks: dict[tuple[int, ...], tuple[list[Plain], list[Callable[[Any], bool]]]] = {}

    @property
    def unsupported(self) -> list[str]:
        """What could not be generated, in words."""
        return [*self._budget.notes, *(self._json.unsupported if self._json else [])]

    @property
    def too_large(self) -> list[str]:
        """What of that is larger than what is generated."""
        return self._budget.too_large

    def ordinary(self, rng: Random, *, full: bool = False) -> Datum:
        """A small ordinary datum; with `full`, with an item in every array and map and no null where there is a choice.

        Raises TooDeepError if none could be found.
        """
        attempts = self._attempt(lambda: self._simple(self._schema.root, 0, self._root, full))
        for datum in attempts:
            if self._fits(datum):
                return datum
        for datum in islice(self.random(rng), 1):
            return datum
        if self._budget.deepened():
            return self.ordinary(rng, full=full)
        raise TooDeepError("no valid datum found")

    def boundaries(self, rng: Random) -> Iterator[Datum]:
        """Valid data, each with one edge: breadth first over the places, so that a prefix is fair to all."""
        seen: set[str] = set()
        base = self._attempt(lambda: self.ordinary(rng)) + self._attempt(lambda: self.ordinary(rng, full=True))
        for datum in chain(base, self._edges(self._schema.root, 0, self._root)):
            text = repr(datum)
            if text not in seen and self._fits(datum):
                seen.add(text)
                yield datum

    def random(self, rng: Random) -> Iterator[Datum]:
        """Valid data without end; ends when a thousand tries in a row found none."""
        patience = self._budget.patience()
        while patience.left():
            for datum in self._attempt(lambda: self._draw(self._schema.root, rng, 0, self._root)):
                if self._fits(datum):
                    patience.renew()
                    yield datum

    # -- the constraints beside the schema -----------------------------------------------------------------------

    def _field(self, plains: list[Plain], name: str) -> list[Plain]:
        if self._json is None or plains is _ANY:
            return _ANY
        found = [choice for plain in plains for choice in self._json.plains(property_schemas(plain).get(name, True))]
        return found if any(found) else _ANY

    def _item(self, plains: list[Plain]) -> list[Plain]:
        if self._json is None or plains is _ANY:
            return _ANY
        found = [choice for plain in plains for choice in self._json.plains(item_schema(plain, 0))]
        return found if any(found) else _ANY

    def _value(self, plains: list[Plain]) -> list[Plain]:
        if self._json is None or plains is _ANY:
            return _ANY
        more = [plain.get("additionalProperties", True) for plain in plains]
        return [choice for schema in more for choice in self._json.plains(schema)] or _ANY

    def leaves(self, node: Leaf, plains: list[Plain]) -> list[Any]:
        """Legal raw values of a leaf that one of the constraints' alternatives allows; an ordinary one first."""
        key = id(node), tuple(map(id, plains))
        if key not in self._leaves:
            found = self._legal(node) if plains is _ANY else self._constrained(node, plains)
            self._leaves[key] = (node, plains), found
        return self._leaves[key][1]

    def _legal(self, node: Leaf) -> list[Any]:
        if isinstance(node, Fixed) and node.size > LONGEST:
            self._budget.note(f"a fixed of {node.size:,} bytes is more than the {LONGEST:,} of which one is generated")
            return []
        return leaf_values(node)

    def _constrained(self, node: Leaf, plains: list[Plain]) -> list[Any]:
        checks = self._checks_of(plains)
        found = [raw for raw in self._legal(node) if any(check(leaf_json(node, raw)) for check in checks)]
        if self._json is not None and isinstance(node, Primitive) and node.type in _SAME_IN_JSON and not node.logical:
            aimed = [value for plain in plains for value in self._json.leaves(_typed(plain, node.type))]
            legal = [value for value in aimed if node.type != "int" or -(2**31) <= value < 2**31]
            known = {repr(value) for value in found}
            found += [v for v in map(float if node.type == "double" else _as_is, legal) if repr(v) not in known]
        return found

    def _checks_of(self, plains: list[Plain]) -> list[Callable[[Any], bool]]:
        key = tuple(map(id, plains))
        if key not in self._checks:
            self._checks[key] = plains, [leaf_check(plain) for plain in plains]
        return self._checks[key][1]

    # -- ordinary ------------------------------------------------------------------------------------------------

    def _simple(self, node: Node, depth: int, plains: list[Plain], full: bool) -> Datum:
        node = self._schema.follow(node)
        self._budget.spend()
        match node:
            case RecordType():
                self._budget.enter(depth)
                return {f.name: self._simple(f.type, depth + 1, self._field(plains, f.name), full) for f in node.fields}
            case Array():
                count = max(self._least(plains), self._some(plains, depth) if full else 0)
                return [self._simple(node.items, depth + 1, self._item(plains), full) for _ in range(count)]
            case Map():
                entries = full and depth < self._budget.depth - 2
                return {"key": self._simple(node.values, depth + 1, self._value(plains), full)} if entries else {}
            case Union():
                return self._simple_branch(node, depth, plains, full)
            case _:
                return self._paid(self._first(self.leaves(cast("Leaf", node), plains)))

    @staticmethod
    def _first(values: list[Any]) -> Any:
        if not values:
            raise TooDeepError("no leaf fits")
        return values[0]

    def _paid(self, value: Any) -> Any:
        """A leaf, counted."""
        self._budget.text(len(value) if isinstance(value, str | bytes) else 0)
        return value

    def _least(self, plains: list[Plain]) -> int:
        low = min((plain.get("minItems", 0) for plain in plains), default=0)
        self._budget.has(low, f"minItems {low:,}")
        return low

    def _some(self, plains: list[Plain], depth: int) -> int:
        """Items of a full record: two, so that one can be wrong beside a good one. Deep down they would multiply."""
        if depth >= self._budget.depth - 2:
            return 0
        high = max((plain.get("maxItems", 2) for plain in plains), default=2)
        return min(2 if depth < 2 else 1, high)

    def _simple_branch(self, node: Union, depth: int, plains: list[Plain], full: bool) -> Branch:
        """The first branch that is not null; deep down, null before anything else."""
        order = sorted(range(len(node.branches)), key=lambda i: _is_null(node.branches[i]) != (depth >= 3))
        for index in order:
            value = self._attempt(lambda index=index: self._simple(node.branches[index], depth + 1, plains, full))  # type: ignore[misc]
            if value:
                return Branch(index, value[0])
        raise TooDeepError("no branch fits")

    # -- edges ---------------------------------------------------------------------------------------------------

    def _edges(self, node: Node, depth: int, plains: list[Plain]) -> Iterator[Datum]:
        node = self._schema.follow(node)
        if depth > self._budget.depth:
            return
        match node:
            case RecordType():
                yield from self._record_edges(node, depth, plains)
            case Array():
                yield from self._array_edges(node, depth, plains)
            case Map():
                yield {}
                for key in ("key", *TEXTS[:12]):
                    yield from (
                        {key: v}
                        for v in self._attempt(lambda: self._simple(node.values, depth + 1, self._value(plains), False))
                    )
                yield from ({"key": value} for value in self._edges(node.values, depth + 1, self._value(plains)))
            case Union():
                lists = [self._branch_edges(node, index, depth, plains) for index in range(len(node.branches))]
                yield from round_robin(lists)
            case _:
                yield from self.leaves(cast("Leaf", node), plains)

    def _branch_edges(self, node: Union, index: int, depth: int, plains: list[Plain]) -> Iterator[Branch]:
        for value in self._edges(node.branches[index], depth + 1, plains):
            yield Branch(index, value)

    def _record_edges(self, node: RecordType, depth: int, plains: list[Plain]) -> Iterator[Datum]:
        for base in self._attempt(lambda: self._simple(node, depth, plains, True)):
            yield base
            places = [
                self._with(base, f.name, self._edges(f.type, depth + 1, self._field(plains, f.name)))
                for f in node.fields
            ]
            yield from round_robin(places)

    @staticmethod
    def _with(base: dict[str, Any], name: str, values: Iterator[Any]) -> Iterator[Datum]:
        there = base[name]
        for value in values:
            if value is not there:  # the base itself comes first
                yield {**base, name: value}

    def _array_edges(self, node: Array, depth: int, plains: list[Plain]) -> Iterator[Datum]:
        inner = self._item(plains)
        low = min((plain.get("minItems", 0) for plain in plains), default=0)
        high = max((plain.get("maxItems", 40) for plain in plains), default=40)
        item = self._attempt(lambda: self._simple(node.items, depth + 1, inner, False))
        for count in dict.fromkeys((low, low + 1, low + 2, high)):
            if low <= count <= min(high, 1_000) and (item or not count):
                yield item * count
        for value in self._edges(node.items, depth + 1, inner):
            yield [value, *item * (low - 1)]

    # -- random --------------------------------------------------------------------------------------------------

    def _draw(self, node: Node, rng: Random, depth: int, plains: list[Plain]) -> Datum:
        node = self._schema.follow(node)
        self._budget.spend()
        match node:
            case RecordType():
                self._budget.enter(depth)
                return {f.name: self._draw(f.type, rng, depth + 1, self._field(plains, f.name)) for f in node.fields}
            case Array():
                low = self._least(plains)
                high = max((plain.get("maxItems", low + 4) for plain in plains), default=4)
                count = rng.randint(low, max(low, min(high, low + 4))) if depth < self._budget.depth - 1 else low
                return [self._draw(node.items, rng, depth + 1, self._item(plains)) for _ in range(count)]
            case Map():
                keys = rng.sample(TEXTS[1:], rng.randint(0, 3)) if depth < self._budget.depth - 1 else []
                return {key: self._draw(node.values, rng, depth + 1, self._value(plains)) for key in keys}
            case Union():
                return self._random_branch(node, rng, depth, plains)
            case _:
                return self._paid(self._random_leaf(cast("Leaf", node), rng, plains))

    def _random_branch(self, node: Union, rng: Random, depth: int, plains: list[Plain]) -> Branch:
        order = rng.sample(range(len(node.branches)), len(node.branches))
        if depth >= self._budget.depth - 2:
            order.sort(key=lambda index: not is_leaf(self._schema.follow(node.branches[index])))
        for index in order:
            value = self._attempt(lambda index=index: self._draw(node.branches[index], rng, depth + 1, plains))  # type: ignore[misc]
            if value:
                return Branch(index, value[0])
        raise TooDeepError("no branch fits")

    def _random_leaf(self, node: Leaf, rng: Random, plains: list[Plain]) -> Any:
        leaves = self.leaves(node, plains)
        if not self.leaves(node, _ANY):
            raise TooDeepError("larger than what is generated")
        if plains is _ANY:
            return random_leaf(node, rng, leaves)
        if leaves and rng.random() < 0.6:
            return rng.choice(leaves)
        checks = self._checks_of(plains)
        for _ in range(4):
            raw = random_leaf(node, rng, self.leaves(node, _ANY))
            if any(check(leaf_json(node, raw)) for check in checks):
                return raw
        return self._first(leaves)


def _is_null(node: Node) -> bool:
    return isinstance(node, Primitive) and node.type == "null"


def _as_is(value: Any) -> Any:
    return value


def _typed(plain: Plain, avro: str) -> Plain:
    """A constraint's alternative narrowed to the JSON type of an Avro primitive."""
    name = {"int": "integer", "long": "integer", "double": "number"}.get(avro, avro)
    fits = name in types_of(plain) or "type" not in plain or (name == "integer" and "number" in types_of(plain))
    return {**plain, "type": name} if fits else {"type": name, "enum": []}
