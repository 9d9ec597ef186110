"""Strategies for the data of an Avro schema (`schema.avro.nodes.Datum`): all types, recursion within a depth budget."""

from __future__ import annotations

from functools import partial
from typing import cast

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kcontract.generate.avro_leaves import Leaf
from kcontract.schema.avro.decode import scan
from kcontract.schema.avro.defaults import default_datum
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.nodes import (
    Array,
    AvroSchema,
    Branch,
    Datum,
    Field,
    Map,
    Node,
    RecordType,
    Union,
    parts,
)  # fmt: skip
from kcontract.strategies.avro_leaves import TEXT, raw_values

DEPTH = 3
"""Times that a record may stand in itself, beyond what a value needs."""
ENDLESS = 1_000
_MOST, _MOST_INSIDE = 6, 3
"""Items of an array or map, and of one inside a recursion."""
_NESTED = 3
"""Arrays and maps in one another, from which on they have one item at most: or their items multiply."""


class AvroData:
    """Makes the strategy of each node of one schema, once for each depth budget."""

    def __init__(self, schema: AvroSchema, *, non_finite: bool) -> None:
        self._schema = schema
        self._non_finite = non_finite
        self._within = {
            name: self._reached(name) for name, node in schema.named.items() if isinstance(node, RecordType)
        }
        self._heights = dict.fromkeys(self._within, ENDLESS)
        self._measure()
        self._records: dict[tuple[str, int, int], SearchStrategy[Datum]] = {}
        self._budget = 0

    def root(self) -> SearchStrategy[Datum]:
        """The strategy of the whole; empty for a record that cannot but hold itself."""
        height = self._height(self._schema.root, "")
        self._budget = height + DEPTH
        return st.nothing() if height >= ENDLESS else self._node(self._schema.root, "", self._budget)

    # -- recursion -----------------------------------------------------------------------------------------------

    def _reached(self, name: str) -> set[str]:
        """The records that stand somewhere in a record."""
        seen: set[str] = set()
        pending: list[Node] = [*parts(self._schema.named[name])]
        while pending:
            node = self._schema.follow(pending.pop())
            if not isinstance(node, RecordType) or node.name not in seen:
                pending += parts(node)
            if isinstance(node, RecordType):
                seen.add(node.name)
        return seen

    def _recursive(self, target: RecordType, inside: str) -> bool:
        """Whether a record that stands in another may hold that other again."""
        return inside in self._within[target.name]

    def _measure(self) -> None:
        changed = True
        while changed:
            found = {
                name: min(ENDLESS, max((self._height(f.type, name) for f in node.fields), default=0))
                for name, node in self._schema.named.items()
                if isinstance(node, RecordType)
            }
            changed = found != self._heights
            self._heights = found

    def _height(self, node: Node, inside: str) -> int:
        """How many steps into a recursion a value of the node needs at least."""
        node = self._schema.follow(node)
        if isinstance(node, RecordType):
            return min(ENDLESS, self._heights[node.name] + self._recursive(node, inside))
        if isinstance(node, Union):
            return min(self._height(branch, inside) for branch in node.branches)
        return 0

    # -- nodes ---------------------------------------------------------------------------------------------------

    def _node(self, node: Node, inside: str, budget: int, nested: int = 0) -> SearchStrategy[Datum]:
        """`nested`: in how many arrays and maps the node stands, _NESTED at most."""
        if self._height(node, inside) > budget:
            return st.nothing()
        most = 1 if nested == _NESTED else _MOST if budget == self._budget else _MOST_INSIDE
        below = min(nested + 1, _NESTED)
        match self._schema.follow(node):
            case RecordType() as record:
                return self._record(record, budget - self._recursive(record, inside), nested)
            case Union(branches=branches):
                found = [(index, self._node(branch, inside, budget, nested)) for index, branch in enumerate(branches)]
                return st.one_of([inner.map(partial(Branch, index)) for index, inner in found if not inner.is_empty])
            case Array(items=items):
                inner = self._node(items, inside, budget, below)
                return st.lists(inner, max_size=0 if inner.is_empty else most)
            case Map(values=values):
                inner = self._node(values, inside, budget, below)
                return st.dictionaries(TEXT, inner, max_size=0 if inner.is_empty else most)
            case leaf:
                return raw_values(cast("Leaf", leaf), non_finite=self._non_finite)

    def _record(self, record: RecordType, budget: int, nested: int) -> SearchStrategy[Datum]:
        key = (
            record.name,
            budget,
            nested,
        )  # never met again on the way down: a way back to a record takes from the budget
        if key not in self._records:
            fields = {field.name: self._field(field, record.name, budget, nested) for field in record.fields}
            self._records[key] = st.fixed_dictionaries(fields)
        return self._records[key]

    def _field(self, field: Field, inside: str, budget: int, nested: int) -> SearchStrategy[Datum]:
        """A field's values, its default a bit more often than others."""
        found = self._node(field.type, inside, budget, nested)
        if not field.has_default or field.default is None:
            return found
        default = default_datum(self._schema, field.type, field.default)
        return found | st.just(default) if self._legal(field.type, default) else found

    def _legal(self, node: Node, datum: Datum) -> bool:
        """Whether a default obeys logical types as well, which the spec does not ask of it."""
        part = AvroSchema(node, self._schema.named)
        return not scan(part, encode(part, datum)).problems
