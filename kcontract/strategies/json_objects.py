"""Strategies for JSON objects: declared properties, names by pattern, everything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from jsonschema_rs import CanonicalSchema
from jsonschema_rs.canonical import (
    FalseView,
    NameFailsView,
    ObjectView,
    PatternValueFailsView,
    UndeclaredValueFailsView,
)  # fmt: skip

from kcontract.schema.json.dialects import Dialect
from kcontract.strategies.json_arrays import Build, both
from kcontract.strategies.json_texts import CHARACTERS, matching

MORE = 3
"""Properties that nothing declares, beyond those that must be."""
_NAMES = st.text(CHARACTERS, min_size=0, max_size=8)


@dataclass(slots=True)
class _Names:
    """Which schema holds for a property of a given name."""

    view: ObjectView
    dialect: Dialect
    patterns: list[tuple[Callable[[Any], bool], CanonicalSchema]] = field(init=False)
    allowed: Callable[[Any], bool] = field(init=False)
    known: dict[str, CanonicalSchema | None] = field(default_factory=dict)
    declared: dict[str, CanonicalSchema] = field(init=False)
    """The view's properties, which it makes anew whenever it is asked."""
    more: CanonicalSchema | None = field(init=False)

    def __post_init__(self) -> None:
        self.declared, self.more = dict(self.view.properties), self.view.additional_properties
        found = self.view.pattern_properties.items()
        self.patterns = [(self.dialect.validator({"pattern": source}), node) for source, node in found]
        names = self.view.property_names
        self.allowed = self.dialect.validator(names.to_json_schema()) if names is not None else lambda _: True

    def node(self, name: str) -> CanonicalSchema | None:
        """What a property of that name must be; None: anything."""
        if name not in self.known:
            self.known[name] = self._node(name)
        return self.known[name]

    def _node(self, name: str) -> CanonicalSchema | None:
        parts = [self.declared[name]] if name in self.declared else []
        parts += [node for matches, node in self.patterns if matches(name)]
        found = None if parts else self.more
        for part in parts:
            found = both(found, part)
        return found


def objects(view: ObjectView, build: Build, dialect: Dialect, *, lean: bool = False) -> SearchStrategy[dict[str, Any]]:
    """Objects of a view; shrinking to one without what is optional, of which `lean` ones have a few at most.

    Undeclared properties come only where the schema says something of them, asks for more than it declares, or
    declares nothing.
    """
    names = _Names(view, dialect)
    required = {name: build(names.node(name)) for name in view.required}
    if any(inner.is_empty for inner in required.values()) or not all(map(names.allowed, view.required)):
        return st.nothing()
    named = [name for name in names.declared if name not in required and names.allowed(name)]
    optional = {name: inner for name in named if not (inner := build(names.node(name))).is_empty}
    low, high = view.min_properties or 0, view.max_properties
    extra = _extra_names(view, names, build)
    open_ended = view.additional_properties is not None or view.pattern_properties or not (names.declared or required)
    if (
        low <= len(required)
        and high is None
        and not view.violations
        and not lean
        and not (open_ended and extra is not None)
    ):
        return st.fixed_dictionaries(required, optional=optional)
    made = _composed(_Plan(required, optional, extra, bool(open_ended), low, high, lean), names, build)
    for violation in view.violations:
        made = _violated(made, violation, names, build)
    return made


@dataclass(frozen=True, slots=True)
class _Plan:
    required: dict[str, SearchStrategy[Any]]
    optional: dict[str, SearchStrategy[Any]]
    extra: SearchStrategy[str] | None
    """Names that nothing declares; None where there can be none."""
    open_ended: bool
    low: int
    high: int | None
    lean: bool


def _extra_names(view: ObjectView, names: _Names, build: Build) -> SearchStrategy[str] | None:
    sources = [matching(source) for source, node in view.pattern_properties.items() if not build(node).is_empty]
    if view.additional_properties is None or not build(view.additional_properties).is_empty:
        sources.append(_NAMES if view.property_names is None else build(view.property_names))
    sources = [source for source in sources if not source.is_empty]
    if not sources:
        return None

    def fits(name: Any) -> bool:
        if not isinstance(name, str) or name in names.declared or not names.allowed(name):
            return False
        node = names.node(name)
        return node is None or not build(node).is_empty

    return st.one_of(sources).filter(fits)


def _composed(plan: _Plan, names: _Names, build: Build) -> SearchStrategy[dict[str, Any]]:
    missing = plan.low - len(plan.required)
    room = min(len(plan.optional), max(MORE, missing)) if plan.lean else len(plan.optional)
    room = room if plan.high is None else max(0, min(room, plan.high - len(plan.required)))
    least = max(0, min(missing, room)) if plan.extra is None else 0
    chosen = st.lists(st.sampled_from(list(plan.optional)), unique=True, min_size=least, max_size=room)
    some = chosen if plan.optional else st.just([])

    @st.composite
    def made(draw: DrawFn) -> dict[str, Any]:
        out = {name: draw(inner) for name, inner in plan.required.items()}
        for name in draw(some):
            out[name] = draw(plan.optional[name])
        if plan.extra is None:
            return out
        more = max(0, plan.low - len(out))
        most = more + (MORE if plan.open_ended else 0)
        if plan.high is not None:
            most = min(most, plan.high - len(out))
        if most <= 0:
            return out
        for name in draw(st.lists(plan.extra, unique=True, min_size=min(more, most), max_size=most)):
            if name not in out:
                out[name] = draw(build(names.node(name)))
        return out

    return made()


def _violated(
    made: SearchStrategy[dict[str, Any]], violation: Any, names: _Names, build: Build
) -> SearchStrategy[dict[str, Any]]:
    """Objects in which some property is what the violation asks for."""
    match violation:
        case NameFailsView(schema=schema):
            bad = build(schema.negate()).filter(lambda name: isinstance(name, str))
            values: Callable[[str], CanonicalSchema | None] = names.node
        case UndeclaredValueFailsView(additional=additional):
            others = [names.dialect.validator({"pattern": source}) for source in violation.patterns]
            bad = _NAMES.filter(lambda name: name not in violation.names and not any(one(name) for one in others))
            values = lambda name: both(names.node(name), additional.negate())  # noqa: E731 - two of three are shorter
        case PatternValueFailsView(pattern=pattern, schema=schema):
            bad = matching(pattern)
            values = lambda name: both(names.node(name), schema.negate())  # noqa: E731
        case _:
            return made

    @st.composite
    def broken(draw: DrawFn) -> dict[str, Any]:
        name = draw(bad)
        node = values(name)
        if node is not None and isinstance(node.view(), FalseView):
            return draw(made)
        return {**draw(made), name: draw(build(node))}

    return broken()
