"""How many references must be followed, one inside another, before a value of a schema can end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from jsonschema_rs import CanonicalSchema
from jsonschema_rs.canonical import (
    AllOfView,
    AnyOfView,
    ArrayView,
    ObjectView,
    OneOfView,
    ReferenceView,
    TypedGroupView,
)  # fmt: skip

ENDLESS = 1_000
"""The height of what never ends."""


class Heights:
    """Heights of nodes of one schema, by the least fixed point over the targets of its references."""

    def __init__(self, root: CanonicalSchema) -> None:
        self._targets: dict[CanonicalSchema, int] = {}
        self._known: dict[CanonicalSchema, int] = {}
        pending = [root]
        while pending:
            for target in _targets(pending.pop()):
                if target not in self._targets:
                    self._targets[target] = ENDLESS
                    pending.append(target)
        changed = True
        while changed:
            found = {target: self._measure(target) for target in self._targets}
            changed = found != self._targets
            self._targets = found
            self._known.clear()

    def of(self, node: CanonicalSchema) -> int:
        """The height of a node; 0 if it holds no reference that a value needs."""
        if node not in self._known:
            self._known[node] = self._measure(node)
        return self._known[node]

    def _measure(self, node: CanonicalSchema) -> int:  # noqa: PLR0911 - one a kind of node
        view = node.view()
        match view:
            case ReferenceView(uri=uri):
                target = node.definition(uri)
                return ENDLESS if target is None else min(ENDLESS, self._targets.get(target, ENDLESS) + 1)
            case AnyOfView(branches=branches) | OneOfView(branches=branches):
                return min(map(self.of, branches), default=ENDLESS)
            case AllOfView(branches=branches):
                return max(map(self.of, branches), default=0)
            case TypedGroupView(body=body):
                return self.of(body)
            case ObjectView(properties=properties, required=required):
                return max((self.of(properties[name]) for name in required if name in properties), default=0)
            case ArrayView():
                return _array(view, self.of)
        return 0


def _array(view: ArrayView, height: Callable[[CanonicalSchema], int]) -> int:
    least = max(view.min_items or 0, sum(_least(one.min_contains) for one in view.contains) and 1)
    needed = [height(node) for node in view.prefix_items[:least]]
    if least > len(view.prefix_items) and view.items is not None:
        needed.append(height(view.items))
    needed += [height(one.schema) for one in view.contains if _least(one.min_contains)]
    return max(needed, default=0)


def _least(min_contains: int | None) -> int:
    return 1 if min_contains is None else min_contains


def _targets(node: CanonicalSchema) -> Iterator[CanonicalSchema]:
    """What the references in a node name, nodes below it included."""
    view = node.view()
    if isinstance(view, ReferenceView):
        target = node.definition(view.uri)
        if target is not None:
            yield target
    for inner in children(view):
        yield from _targets(inner)


def children(view: Any) -> Iterator[CanonicalSchema]:
    """The nodes right below one."""
    match view:
        case AllOfView(branches=branches) | AnyOfView(branches=branches) | OneOfView(branches=branches):
            yield from branches
        case TypedGroupView(body=body):
            yield body
        case ObjectView():
            yield from view.properties.values()
            yield from view.pattern_properties.values()
            yield from (node for node in (view.additional_properties, view.property_names) if node is not None)
        case ArrayView():
            yield from view.prefix_items
            yield from (one.schema for one in view.contains)
            if view.items is not None:
                yield view.items
