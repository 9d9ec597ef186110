"""A part of a large document that is small enough for the validator to say all that is wrong with it.

Each error of jsonschema_rs holds a copy of the value that it is about, and all errors are made before the first is
handed out: a megabyte of wrong items takes gigabytes. Whether a document is valid costs nothing like that.
"""

from __future__ import annotations

from typing import Any

from kcontract.schema.problem import escape

_MOST = 2**22
"""Values × bytes of a document whose errors are all made."""
_BRANCHES = 16
"""Branches at one place that do not count yet."""


def copies(schema: Any) -> int:
    """How many times more errors than one a place may have: each branch of a large `oneOf` or `anyOf` has its own."""
    most, queue = 1, [schema]
    while queue:
        one = queue.pop()
        if isinstance(one, dict):
            most = max(most, *(len(one[word]) for word in ("oneOf", "anyOf") if isinstance(one.get(word), list)), 1)
            queue.extend(one.values())
        elif isinstance(one, list):
            queue.extend(one)
    return max(1, most // _BRANCHES)


def is_small(value: Any, size: int, times: int = 1) -> bool:
    """Whether all errors of a document of `size` bytes may be made; `times`: what `copies` says of the schema."""
    return size * size * times < 2 * _MOST or _Part(size, times).whole(value)


def part_of(value: Any, size: int, times: int = 1) -> tuple[Any, frozenset[str]]:
    """A small part of the document, and pointers to the arrays and objects in it from which something is missing, and
    to all around these."""
    part = _Part(size // 64, times)
    kept = part.copy(value, "")
    return kept, frozenset(part.cut)


class _Part:
    def __init__(self, size: int, times: int) -> None:
        self.most = _MOST // times
        self.values = 0
        self.bytes = size
        self.cut: set[str] = set()

    def whole(self, value: Any) -> bool:
        """Whether all of it has room: counting ends where it has not."""
        queue = [value]
        while queue:
            one = queue.pop()
            self.values += 1
            if self.values * self.bytes > self.most:
                return False
            if isinstance(one, dict):
                queue.extend(one.values())
            elif isinstance(one, list):
                queue.extend(one)
        return True

    def takes(self, value: Any) -> bool:
        """Whether there is room for one more value, which is counted."""
        size = 8 + (len(value) if isinstance(value, str) else 0)
        if (self.values + 1) * (self.bytes + size) > self.most:
            return False
        self.values += 1
        self.bytes += size
        return True

    def copy(self, value: Any, path: str) -> Any:
        """The value without what has no room."""
        if isinstance(value, list):
            return [self.copy(item, f"{path}/{index}") for index, item in enumerate(value) if self._fits(path, item)]
        if isinstance(value, dict):
            members = ((name, item) for name, item in value.items() if self._fits(path, name, item))
            return {name: self.copy(item, f"{path}/{escape(name)}") for name, item in members}
        return value

    def _fits(self, path: str, *parts: Any) -> bool:
        """Whether the parts of one item have room. What stands behind something left out is left out as well, so that
        places stay what they are."""
        if path in self.cut or not all(map(self.takes, parts)):
            while path not in self.cut:
                self.cut.add(path)
                path = path.rpartition("/")[0]
            return False
        return True
