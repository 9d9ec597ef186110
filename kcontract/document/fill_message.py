"""The message of a topic: schemas, wire, and the expressions that identify a record."""

from __future__ import annotations

import msgspec

from kcontract.document import codes
from kcontract.document.examples import read_examples
from kcontract.document.pointer_check import check_expression, check_pointer_in, payloads_of
from kcontract.document.reading import Reading
from kcontract.document.shape import Found, Section
from kcontract.model.contract import Message, Reference, Variant, Wire


def fill_message(reading: Reading, found: Found | None) -> Message:
    """The message, its schemas checked and its expressions looked up in them."""
    if found is None:
        return Message(at=reading.start)
    section: Section = found.value
    references = tuple(_references(reading, section.get("references", ())))
    message = Message(
        at=found.key_at,
        key=reading.schema(section.found.get("key"), references),
        key_from=section.get("keyFrom"),
        payload=reading.schema(section.found.get("payload"), references),
        one_of=_variants(reading, section, references),
        headers=reading.json_schema(section.found.get("headers")),
        correlation_id=section.get("correlationId"),
        identity=section.get("identity"),
        constraints=reading.json_schema(section.found.get("constraints")),
        generators=_generators(section),
        generated_at=tuple((pointer, found.key_at) for pointer, found in section.get("generators", {}).items()),
        references=references,
        assert_formats=section.get("assertFormats", False),
        content_type=section.get("contentType"),
    )
    message = msgspec.structs.replace(message, wire=_wire(reading, section, message))
    _check_expressions(reading, section, message)
    examples = read_examples(reading, section.get("examples", ()), message)
    return msgspec.structs.replace(message, examples=examples)


def _references(reading: Reading, items: tuple[Found, ...]) -> list[Reference]:
    references = []
    for item in items:
        section: Section = item.value
        schema = reading.unchecked_schema(section.found.get("file"))
        if schema is not None and {"name", "subject"} <= section.found.keys():
            references.append(Reference(section.get("name"), section.get("subject"), schema))
    return references


def _variants(reading: Reading, section: Section, references: tuple[Reference, ...]) -> tuple[Variant, ...]:
    variants = []
    for name, found in section.get("oneOf", {}).items():
        own: Section = found.value
        payload = reading.schema(own.found.get("payload"), references)
        when = reading.json_schema(own.found.get("when"))
        if payload is not None and payload.kind == "json" and "when" not in own.given:
            fix = "add `when: {properties: {event_type: {const: …}}, required: [event_type]}`"
            message = f"nothing tells `{name}` apart: JSON event types need `when`"
            reading.notebook.add(codes.KEY_REQUIRED, found.key_at, message, fix)
        if payload is not None:
            variants.append(Variant(name, payload, when))
    return tuple(variants)


def _generators(section: Section) -> tuple[tuple[str, object], ...]:
    return tuple((pointer, found.value) for pointer, found in section.get("generators", {}).items())


def _wire(reading: Reading, section: Section, message: Message) -> Wire:
    _check_payload_given(reading, section)
    kinds = {schema.kind for schema in payloads_of(message)}
    if len(kinds) > 1:
        fix = "use Avro for all event types, or JSON Schema for all"
        reading.notebook.add(codes.WIRE_MIXED, section.place("oneOf"), "the event types mix Avro and JSON Schema", fix)
    given: Wire | None = section.get("wire")
    if given not in (None, "plain") and not {"payload", "oneOf"} & section.given:
        message_text = f"`{given}` needs a payload schema"
        reading.notebook.add(codes.WIRE_SCHEMALESS, section.place("wire"), message_text, "give payload, or wire: plain")
    return given or ("confluent" if "avro" in kinds else "plain")


def _check_payload_given(reading: Reading, section: Section) -> None:
    given = {"payload", "oneOf"} & section.given
    if len(given) == 2 and "oneOf" in section.found:
        at, fix = section.found["oneOf"].key_at, "give exactly one of them"
        reading.notebook.add(codes.EXACTLY_ONE, at, "a message has `payload` and `oneOf`", fix)
    if not given and "contentType" not in section.given:
        fix = "add `payload:`, or `contentType:` for values that have no schema"
        reading.notebook.add(codes.KEY_REQUIRED, section.at, "a message needs `payload` or `oneOf`", fix)


def _check_expressions(reading: Reading, section: Section, message: Message) -> None:
    for name in ("keyFrom", "correlationId", "identity"):
        found = section.found.get(name)
        if found is not None:
            check_expression(reading, found.at, found.value, message)
    payloads = payloads_of(message)
    for pointer, generator in section.get("generators", {}).items():
        check_pointer_in(reading, generator.key_at, pointer, payloads, message.references)
