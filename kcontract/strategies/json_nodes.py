"""Strategies for the nodes of a canonical JSON Schema (`jsonschema_rs.canonical`), whatever their kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import islice
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from jsonschema_rs import CanonicalSchema
from jsonschema_rs.canonical import (
    AllOfView,
    AnyOfView,
    ArrayView,
    CanonicalizationError,
    ConstView,
    EnumView,
    FalseView,
    IntegerView,
    MultiTypeView,
    NotView,
    NumberView,
    ObjectView,
    OneOfView,
    RawView,
    ReferenceView,
    StringView,
    TrueView,
    TypedGroupView,
)  # fmt: skip

from kcontract.generate.json_schema import JsonSchemaView
from kcontract.generate.json_values import JsonValues
from kcontract.schema.json.dialects import Dialect
from kcontract.strategies.json_arrays import Build, arrays, both
from kcontract.strategies.json_heights import ENDLESS, Heights
from kcontract.strategies.json_numbers import INT64, integers, numbers
from kcontract.strategies.json_objects import objects
from kcontract.strategies.json_texts import CHARACTERS, content, strings

DEPTH = 3
"""References followed inside each other beyond those that a value needs."""
_TEXT = st.text(CHARACTERS)
_SCALARS: dict[str, SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "integer": st.integers(-INT64, INT64 - 1),
    "number": st.integers(-INT64, INT64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0),
    "string": _TEXT,
}
_ANY_SCALAR = st.one_of(*_SCALARS.values())
_TYPES: dict[str, SearchStrategy[Any]] = {
    **_SCALARS,
    "array": st.lists(_ANY_SCALAR, max_size=4),
    "object": st.dictionaries(st.text(CHARACTERS, max_size=8), _ANY_SCALAR, max_size=4),
}
ANYTHING = st.one_of(*_TYPES.values())
"""Any JSON value, two levels deep at most."""
_FEW = 3
"""Types up to which a node without further constraints was meant; more are what the others leave over."""
_ORDER: tuple[type, ...] = (ConstView, EnumView, IntegerView, NumberView, StringView, ArrayView, ObjectView)


class Nodes:
    """Makes the strategy of each node of one schema, once for each depth budget."""

    def __init__(self, root: CanonicalSchema, dialect: Dialect, fallback: JsonSchemaView) -> None:
        """`fallback`: another reading of the schema, for parts that the canonical form does not model."""
        self._dialect = dialect
        self._heights = Heights(root)
        self._fallback = fallback
        self._made: dict[tuple[CanonicalSchema, int], SearchStrategy[Any]] = {}
        self._root = root
        self.gave_up = False
        """Whether there may be values that are not written."""

    def root(self) -> SearchStrategy[Any]:
        """The strategy of the whole; empty if no value ends."""
        height = self._heights.of(self._root)
        return st.nothing() if height >= ENDLESS else self._build(self._root, height + DEPTH)

    def _build(self, node: CanonicalSchema | None, budget: int) -> SearchStrategy[Any]:
        if node is None:
            return ANYTHING
        if self._heights.of(node) > budget:
            return st.nothing()
        key = node, budget
        if key not in self._made:
            self._made[key] = self._make(node, budget)
        return self._made[key]

    def _make(self, node: CanonicalSchema, budget: int) -> SearchStrategy[Any]:  # noqa: PLR0911 - one a kind of node
        def build(inner: CanonicalSchema | None) -> SearchStrategy[Any]:
            return self._build(inner, budget)

        view = node.view()
        match view:
            case TrueView():
                return ANYTHING
            case FalseView():
                return st.nothing()
            case MultiTypeView(types=types):
                return st.one_of([_TYPES[name] for name in types])
            case ConstView(value=value):
                return st.just(value)
            case EnumView(values=values):
                return st.sampled_from(values)
            case IntegerView():
                return integers(view)
            case NumberView():
                return numbers(view)
            case StringView():
                texts = strings(view, lambda: self._check(node))
                self.gave_up |= texts.is_empty
                return texts
            case ReferenceView(uri=uri):
                target = node.definition(uri)
                return st.nothing() if target is None else self._build(target, budget - 1)
            case TypedGroupView(body=body):
                return build(body)
        return self._compound(node, view, build, budget)

    def _compound(  # noqa: PLR0911 - one a kind of node
        self, node: CanonicalSchema, view: Any, build: Build, budget: int
    ) -> SearchStrategy[Any]:
        match view:
            case ArrayView():
                made = arrays(view, build)
                counted = any(one.max_contains is not None for one in view.contains)
                return made.filter(self._check(node)) if counted else made
            case ObjectView():
                return objects(view, build, self._dialect, lean=budget < self._heights.of(self._root) + DEPTH - 1)
            case AnyOfView(branches=branches):
                return _one_of([build(branch) for branch in sorted(branches, key=_rank)])
            case AllOfView(branches=branches) if (whole := _intersected(node, branches)) is not None:
                return self._build(whole, budget - 1)
            case OneOfView(branches=branches) | AllOfView(branches=branches):
                return _one_of([build(branch) for branch in sorted(branches, key=_rank)]).filter(self._check(node))
            case NotView(schema=schema):
                return self._complement(schema, build).filter(self._check(node))
            case RawView():
                return self._raw(node)
        return ANYTHING.filter(self._check(node))

    @staticmethod
    def _complement(schema: CanonicalSchema, build: Build) -> SearchStrategy[Any]:
        try:
            return build(schema.negate())
        except CanonicalizationError:
            return ANYTHING

    def _check(self, node: CanonicalSchema) -> Callable[[Any], bool]:
        return self._dialect.validator(node.to_json_schema())

    def _raw(self, node: CanonicalSchema) -> SearchStrategy[Any]:
        """What the canonical form does not model: edges and random values by a reading of the document itself."""
        view = self._fallback if node == self._root else JsonSchemaView(node.to_json_schema())
        check = self._check(node)
        values = JsonValues(view, check)
        known = list(islice(values.boundaries(Random(0)), 200))  # noqa: S311 - test data
        drawn = st.integers(0, 2**32).map(lambda seed: next(values.random(Random(seed)), None))  # noqa: S311
        edges = st.sampled_from(known) if known else st.nothing()
        text = json.dumps(view.document)
        more = content(json_inside="contentMediaType" in text, base64="contentEncoding" in text)
        others = more if '"content' in text else st.nothing()
        return st.one_of(edges, others.filter(check), ANYTHING.filter(check), drawn.filter(check))


def _intersected(node: CanonicalSchema, branches: Sequence[CanonicalSchema]) -> CanonicalSchema | None:
    """What all branches take, references among them followed; None where that is no simpler."""
    whole: CanonicalSchema | None = None
    for branch in branches:
        view = branch.view()
        part = node.definition(view.uri) if isinstance(view, ReferenceView) else branch
        if part is None:
            return None
        try:
            whole = both(whole, part)
        except CanonicalizationError:
            return None
    return None if whole is None or isinstance(whole.view(), AllOfView) else whole


def _rank(node: CanonicalSchema) -> int:
    """Simple values first, so that a failing case shrinks to them; last what untyped keywords leave over."""
    view = node.view()
    if isinstance(view, MultiTypeView):
        return -1 if len(view.types) <= _FEW else len(_ORDER) + 1
    return next((place for place, kind in enumerate(_ORDER) if isinstance(view, kind)), len(_ORDER))


def _one_of(options: list[SearchStrategy[Any]]) -> SearchStrategy[Any]:
    """One of the options, each as likely: not flattened, or the many types of one would crowd out the others."""
    found = [option for option in options if not option.is_empty]
    if len(found) < 2:
        return found[0] if found else st.nothing()
    return st.one_of([option.map(_as_is) for option in found])


def _as_is(value: Any) -> Any:
    return value
