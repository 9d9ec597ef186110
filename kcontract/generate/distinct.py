"""Values for arrays whose items must differ: the edges first, then as many as are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from kcontract.generate.json_schema import Plain, types_of
from kcontract.generate.numbers import integer_limits

_EDGES = 50
_MOST = 100_000


def distinct(edges: Iterator[Any], plains: Sequence[Plain]) -> Iterator[Any]:
    """Edges, then counted texts and numbers where nothing but their size is asked for; some may come twice."""
    yield from islice(edges, _EDGES)
    for plain in plains:
        if not plain.keys() & {"const", "enum", "pattern", "format", "not", "multipleOf"}:
            yield from _counted(plain)
    yield from edges


def _counted(plain: Plain) -> Iterator[Any]:
    kinds = types_of(plain)
    if "integer" in kinds or "number" in kinds:
        low, high = integer_limits(plain)
        start = min(max(low, 2), high)
        yield from range(start, min(high + 1, start + _MOST))
    elif "string" in kinds:
        low, longest = plain.get("minLength", 0), plain.get("maxLength")
        for number in range(_MOST):
            text = str(number)
            if longest is not None and len(text) > longest:
                return
            yield text.rjust(low, "x") if low else text
