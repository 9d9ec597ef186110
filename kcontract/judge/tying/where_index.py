"""Which open deliveries an effect may agree with by `where`, without trying all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kcontract.judge.evidence import Delivery
from kcontract.judge.promises import Output
from kcontract.model.case import Role
from kcontract.model.contract import Expression, Where
from kcontract.model.record import Record
from kcontract.oracle.expressions import MISSING, resolve_pointer
from kcontract.oracle.where import where_matches

_EXACT = frozenset({"plain", "unknown", "integer"})
"""Kinds of places whose values are equal only if their keys here are: other kinds are written in several ways."""
_WHOLE = Expression("message.payload")
_NON_FINITE = ("NaN", "Infinity", "-Infinity")
_LEAVES = 1_000
"""So many leaves of a payload are looked at."""
Key = tuple[Any, ...]


class WhereIndex:
    """The open deliveries that may have an effect on one output, by what its `where` compares.

    Deliveries stand under the values of those pairs that compare exactly; where the whole payload is compared, under
    the tokens in it. What has neither is tried each time.
    """

    def __init__(self, output: Output, where: Where) -> None:
        self._output = output
        self._where = where
        shapes = output.source.oracle.shapes
        self._pairs = tuple(
            (pointer, expression.pointer)
            for pointer, expression in where.pairs
            if expression.root == "message.payload"
            and expression != _WHOLE
            and set(shapes.of(expression).kinds) <= _EXACT
        )
        self._whole = not self._pairs and any(pair == ("", _WHOLE) for pair in where.pairs)
        self._under: dict[Key, dict[str, Delivery]] = {}
        self._keys: dict[str, tuple[Key, ...]] = {}

    def add(self, delivery: Delivery) -> None:
        """A delivery is open to evidence. One without a readable payload agrees with nothing."""
        if delivery.source is not self._output.source or delivery.case.role is Role.REPEAT:
            return
        if delivery.payload() is MISSING:
            return
        keys = self._keys_of(delivery)
        self._keys[delivery.case.id] = keys
        for key in keys:
            self._under.setdefault(key, {})[delivery.case.id] = delivery

    def remove(self, case: str) -> None:
        """A delivery is closed to evidence."""
        for key in self._keys.pop(case, ()):
            group = self._under[key]
            del group[case]
            if not group:
                del self._under[key]

    def agreeing(self, record: Record, payload: Any) -> Iterator[str]:
        """Deliveries without an outcome with which all pairs agree."""
        shapes = self._output.source.oracle.shapes
        for case, delivery in self._candidates(payload).items():
            if delivery.has_outcome:
                self.remove(case)  # and will have one from now on
            elif not where_matches(self._where, delivery.case.record, delivery.payload(), record, payload, shapes):
                yield case

    def _candidates(self, payload: Any) -> Mapping[str, Delivery]:
        found = dict(self._under.get((), {}))
        if self._whole:
            for leaf in leaves(payload):
                found.update(self._under.get((leaf,), {}))
        elif self._pairs and (key := _key(resolve_pointer(payload, pointer) for pointer, _ in self._pairs)):
            found.update(self._under.get(key, {}))
        return found

    def _keys_of(self, delivery: Delivery) -> tuple[Key, ...]:
        if self._whole:
            tokens = {token.lower() for token in delivery.case.tokens}
            return tuple((leaf,) for leaf in dict.fromkeys(leaves(delivery.payload())) if leaf in tokens) or ((),)
        return (_key(resolve_pointer(delivery.payload(), pointer) for _, pointer in self._pairs),)


def _key(values: Iterable[Any]) -> Key:
    """Equal for values that are one to the oracle; empty if one of them may be equal to others than its like."""
    key = tuple(map(_exact, values))
    return () if None in key else key


def _exact(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value), bool
    if isinstance(value, str):
        return None if value in _NON_FINITE else value
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return None
    return None


def leaves(payload: Any) -> Iterator[bytes]:
    """The scalars in a payload as tokens are written, lower case."""
    queue, left = [payload], _LEAVES
    while queue and left:
        left -= 1
        value = queue.pop()
        if isinstance(value, dict):
            queue += value.values()
        elif isinstance(value, list):
            queue += value
        elif (token := token_text(value)) != b"":
            yield token


def token_text(value: Any) -> bytes:
    """The text of a value as tokens are written; empty for one that is no identity."""
    if isinstance(value, str):
        return value.lower().encode("utf-8", "replace")
    if isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1:
        return str(int(value)).encode()
    return b""
