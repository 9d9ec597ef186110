"""Which accepted requests an event may belong to, without trying all of them."""

from __future__ import annotations

from typing import Any

from kcontract.judge.requests.request import Request
from kcontract.oracle.expressions import resolve_pointer
from kcontract.oracle.shapes import Shapes

_EXACT = frozenset({"plain", "unknown", "uuid"})
"""Kinds of places whose texts are equal only if they are so without case."""
Key = tuple[str, ...]


class RequestIndex:
    """The accepted requests of one topic, by the texts that their events must hold."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._groups: dict[tuple[str, ...], dict[Key, list[Request]]] = {}
        """By the pointers that a request tells, then by what it says there. Few requests differ in the former."""
        self.all: list[Request] = []

    def add(self, request: Request) -> None:
        """A request was accepted."""
        self.all.append(request)
        told = [(pointer, value) for pointer, value in request.expected() if self._is_exact(pointer, value)]
        group = self._groups.setdefault(tuple(pointer for pointer, _ in told), {})
        group.setdefault(tuple(value.lower() for _, value in told), []).append(request)

    def explaining(self, payload: Any) -> list[Request]:
        """All accepted requests that an event with this payload names, in the order in which they were made."""
        found: list[Request] = []
        for pointers, group in self._groups.items():
            values = [resolve_pointer(payload, pointer) for pointer in pointers]
            if all(isinstance(value, str) for value in values):
                found += [one for one in group.get(tuple(map(str.lower, values)), ()) if one.explains(payload)]
        return sorted(found, key=lambda request: request.number)

    def _is_exact(self, pointer: str, value: Any) -> bool:
        return isinstance(value, str) and set(self._shapes.at(pointer).kinds) <= _EXACT
