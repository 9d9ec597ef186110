"""The effects of a receiver, `copies` already expanded into pairs."""

from __future__ import annotations

from kcontract.document import codes
from kcontract.document.fill_topic import check_in_effect
from kcontract.document.pointer_check import check_expression, check_pointer_in
from kcontract.document.pointers import join_pointer
from kcontract.document.reading import Reading
from kcontract.document.shape import Found, Section
from kcontract.model.contract import Emits, Expression, Message, SchemaText, Where
from kcontract.model.location import Location

_Pairs = dict[str, Found]


def fill_emits(reading: Reading, found: Found | None, message: Message) -> tuple[Emits, ...]:
    """All effects; a single one stands for a list of one."""
    if found is None:
        return ()
    items = found.value if isinstance(found.value, tuple) else (found,)
    return tuple(_effect(reading, item, message) for item in items)


def _effect(reading: Reading, found: Found, message: Message) -> Emits:
    section: Section = found.value
    payload = reading.schema(section.found.get("payload"))
    payloads = () if payload is None else (payload,)
    correlation_id = section.get("correlationId")
    if correlation_id is not None:
        check_in_effect(reading, section.place("correlationId"), correlation_id, payloads)
    return Emits(
        at=found.key_at,
        topic=section.get("topic", ""),
        payload=payload,
        key=reading.schema(section.found.get("key")),
        correlation_id=correlation_id,
        where=_where(reading, section, message, payloads),
        when=reading.json_schema(section.found.get("when")),
        count=section.get("count", 1),
        order=tuple((pointer, tuple(values.value)) for pointer, values in section.get("order", {}).items()),
    )


def _where(reading: Reading, section: Section, message: Message, payloads: tuple[SchemaText, ...]) -> Where | None:
    where = section.found.get("where")
    copies = _copies(section.get("copies", ()))
    if where is None and not copies:
        return None
    if where is not None and isinstance(where.value, str):
        if copies:
            fix = "compare the fields in the function, and remove `copies`"
            reading.notebook.add(codes.WHERE_TWICE, section.place("copies"), "`copies` stands beside a function", fix)
        return Where(at=where.key_at, function=where.value)
    own: _Pairs = {} if where is None else where.value
    pairs = _merge(reading, copies, own)
    for pointer, pair in pairs.items():
        check_pointer_in(reading, pair.key_at, pointer, payloads)
        check_expression(reading, pair.at, pair.value, message)
    return Where(at=_place(section), pairs=tuple((pointer, pair.value) for pointer, pair in pairs.items()))


def _place(section: Section) -> Location:
    return section.found["where" if "where" in section.found else "copies"].key_at


def _copies(items: tuple[Found, ...]) -> _Pairs:
    """`copies: [a]` is `where: {/a: $message.payload#/a}`; a field may be named by its pointer as well."""
    pairs = {}
    for item in items:
        pointer = item.value if item.value.startswith("/") else join_pointer(item.value)
        pairs[pointer] = Found(item.at, item.at, Expression("message.payload", pointer))
    return pairs


def _merge(reading: Reading, copies: _Pairs, own: _Pairs) -> _Pairs:
    for pointer in copies.keys() & own.keys():
        message = f"`{pointer}` stands in `copies` as well"
        reading.notebook.add(codes.WHERE_TWICE, own[pointer].key_at, message, "remove one of the two")
    return {**copies, **own}
