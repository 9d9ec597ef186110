"""`where`: the pairs of effect pointer and expression that tie an effect to its cause (ORACLE.md §2)."""

from __future__ import annotations

from typing import Any

from kcontract.model.contract import Expression, Where
from kcontract.model.record import Record
from kcontract.model.value import Value
from kcontract.oracle.equality import differences, equal, equal_at, equal_whole
from kcontract.oracle.expressions import evaluate, resolve_pointer
from kcontract.oracle.reading import MISSING
from kcontract.oracle.shapes import NO_SHAPE, Shape, Shapes

_WHOLE = Expression(root="message.payload")


class Mismatch(Value, frozen=True):
    """A place in an effect that does not say what its cause says. MISSING where there is nothing."""

    pointer: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        return f"{self.pointer or 'the whole value'} is {_shown(self.got)}, not {_shown(self.expected)}"


def where_matches(  # two records, each with its payload
    where: Where,
    input_record: Record,
    input_payload: Any,
    _effect_record: Record,
    effect_payload: Any,
    shapes: Shapes | None = None,
) -> tuple[Mismatch, ...]:
    """All pairs that disagree. Payloads in their JSON form, MISSING for one that is absent or cannot be read: a pair
    that points into such a payload is not compared. `shapes` is what the input's schema says of its places."""
    if effect_payload is MISSING:
        return ()
    found: list[Mismatch] = []
    for pointer, expression in where.pairs:
        if expression.root == "message.payload" and (input_payload is MISSING or input_record.value is None):
            continue
        got = resolve_pointer(effect_payload, pointer)
        if expression == _WHOLE and not pointer and shapes is not None:
            found += _whole(got, input_payload, shapes)
            continue
        expected = evaluate(expression, input_record, input_payload)
        shape = shapes.of(expression) if shapes is not None else NO_SHAPE
        if not _agree(got, expected, expression, shape, shapes):
            found.append(Mismatch(pointer, expected, got))
    return tuple(found)


def _whole(got: Any, expected: Any, shapes: Shapes) -> list[Mismatch]:
    if equal_whole(got, expected, shapes):
        return []
    return [Mismatch(*difference) for difference in differences(got, expected, shapes)]


def _agree(got: Any, expected: Any, expression: Expression, shape: Shape, shapes: Shapes | None) -> bool:
    if isinstance(expected, dict | list) and shapes is not None and expression.root == "message.payload":
        return equal_at(expression.pointer, got, expected, shapes)
    if equal(got, expected, shape):
        return True
    # A key or header is text: what it says may stand in the effect as a number, a truth value, a UUID in other case.
    is_text = expression.root in ("message.key", "message.header") and isinstance(expected, str)
    return is_text and _says(got, expected)


def _says(got: Any, text: str) -> bool:
    if isinstance(got, bool):
        return text.lower() == str(got).lower()
    if isinstance(got, int | float):
        return text == str(got)
    return isinstance(got, str) and len(text) == 36 and text.count("-") == 4 and got.lower() == text.lower()


def _shown(value: Any) -> str:
    if value is MISSING:
        return "absent"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
