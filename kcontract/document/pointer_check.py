"""Checks expressions and pointers against the schemas of what they point into."""

from __future__ import annotations

from collections.abc import Sequence

from kcontract.document import codes
from kcontract.document.avro_fields import look_up_avro
from kcontract.document.field_answer import UNDECIDED, Answer, best
from kcontract.document.json_fields import look_up_json
from kcontract.document.mistakes import did_you_mean
from kcontract.document.pointers import join_pointer, split_pointer
from kcontract.document.reading import Reading
from kcontract.model.contract import Expression, Message, Reference, SchemaText
from kcontract.model.location import Location


def check_pointer_in(
    reading: Reading, at: Location, pointer: str, schemas: Sequence[SchemaText], references: tuple[Reference, ...] = ()
) -> None:
    """Note a pointer that leads nowhere in all of `schemas` (alternatives)."""
    tokens = split_pointer(pointer)
    answer = best([_look_up(reading, schema, tokens, references) for schema in schemas]) if schemas else UNDECIDED
    if answer.kind in ("there", "undecided"):
        return
    where = schemas[0].file or f"the schema on line {schemas[0].at.line}"
    fix = did_you_mean(answer.token, answer.names) if answer.names else "correct the pointer or the schema"
    if answer.kind == "missing":
        reading.notebook.add(codes.POINTER_UNKNOWN, at, f"`{pointer}`: {where} has no `{answer.token}`", fix)
    else:
        message = f"`{pointer}`: {where} does not declare `{answer.token}`"
        reading.notebook.add(codes.POINTER_UNDECLARED, at, message, fix)


def _look_up(
    reading: Reading, schema: SchemaText, tokens: tuple[str, ...], references: tuple[Reference, ...]
) -> Answer:
    if schema.kind == "json":
        return look_up_json(reading.library.parsed(schema), tokens)
    avro = reading.library.avro(schema, references)
    return UNDECIDED if avro is None else look_up_avro(avro, tokens)


def payloads_of(message: Message) -> tuple[SchemaText, ...]:
    """The payload schemas of a message, one for each event type."""
    own = () if message.payload is None else (message.payload,)
    return own + tuple(variant.payload for variant in message.one_of)


def check_expression(reading: Reading, at: Location, expression: Expression, message: Message) -> None:
    """Note an expression on the message that leads to nothing its schemas have."""
    if expression.root == "message.payload":
        check_pointer_in(reading, at, expression.pointer, payloads_of(message), message.references)
    elif expression.root == "message.key" and message.key is not None:
        check_pointer_in(reading, at, expression.pointer, (message.key,), message.references)
    elif expression.root == "message.header" and message.headers is not None:
        check_pointer_in(reading, at, join_pointer(expression.pointer), (message.headers,))
