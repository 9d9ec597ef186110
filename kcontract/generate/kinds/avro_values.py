"""Leaf bytes that decode, and mean something that cannot be: dates, decimals, floats."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from kcontract.generate.kinds.avro_schema import logical_name
from kcontract.schema.avro.encode import Span, long_bytes
from kcontract.schema.avro.logical import decimal_bytes, raw_range
from kcontract.schema.avro.nodes import Fixed, Node, Primitive

_HUGE = 800_000
_FLOATS = (("nan", float("nan")), ("infinity", float("inf")), ("minus_infinity", float("-inf")), ("minus_zero", -0.0))
Leaf = tuple[str, bytes, str]


class _Extremes(NamedTuple):
    names: tuple[str, ...] = ("date", "uuid")

    def applies(self, node: Node) -> bool:
        """Whether a node has a date, time, timestamp or uuid that can be out of range."""
        name = logical_name(node)
        return (name in self.names and isinstance(node, Primitive)) or "time" in name


EXTREMES = _Extremes()


def ranges(span: Span) -> Iterator[Leaf]:
    """Raw values just beyond, and far beyond, what a date, time, timestamp or uuid allows."""
    node = span.node
    if not isinstance(node, Primitive) or node.logical is None:
        return
    if node.logical.name == "uuid":
        for text in ("not-a-uuid", "z" * 36, ""):
            yield "uuid", long_bytes(len(text)) + text.encode(), f"uuid {text!r}"
        return
    bounds = raw_range(node.logical)
    if bounds is None:
        return
    bits = 31 if node.type == "int" else 62
    low, high = bounds
    for variant, number in (
        ("too_large", high + 1),
        ("too_small", low - 1),
        ("too_large", 2**bits - 1),
        ("too_small", -(2**bits)),
    ):
        if -(2**63) <= number < 2**63:
            yield variant, long_bytes(number), f"{node.logical.name} {number}"


def decimals(span: Span) -> Iterator[Leaf]:
    """A decimal with a digit too many, without bytes, and with very many."""
    node = span.node
    if not isinstance(node, Primitive | Fixed) or node.logical is None or node.logical.name != "decimal":
        return
    beyond = 10**node.logical.precision
    if isinstance(node, Fixed):
        if beyond < 1 << (8 * node.size - 1):
            yield "precision", decimal_bytes(beyond, node.size), f"unscaled decimal 10^{node.logical.precision}"
        return
    raw = decimal_bytes(beyond)
    yield "precision", long_bytes(len(raw)) + raw, f"unscaled decimal 10^{node.logical.precision}"
    yield "empty", b"\0", "a decimal of no bytes"
    yield "huge", long_bytes(_HUGE) + b"\x01" * _HUGE, f"a decimal of {_HUGE} bytes"


def non_finite(span: Span) -> Iterator[Leaf]:
    """NaN, infinities and negative zero."""
    node = span.node
    if isinstance(node, Primitive) and node.type in ("float", "double"):
        for variant, number in _FLOATS:
            yield variant, struct.pack("<f" if node.type == "float" else "<d", number), f"{number}"
