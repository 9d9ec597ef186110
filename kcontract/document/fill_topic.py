"""What stands beside the message: registry rules, tolerances, the reply."""

from __future__ import annotations

from kcontract.document import codes
from kcontract.document.fill_run import texts
from kcontract.document.pointer_check import check_expression, check_pointer_in
from kcontract.document.reading import Reading
from kcontract.document.shape import Found, Section
from kcontract.model.contract import Expression, Malformed, Message, RegistryRules, Reply, SchemaText
from kcontract.model.location import Location


def fill_registry(reading: Reading, found: Found | None, message: Message) -> RegistryRules:
    """The registry's rules; `versions` ends with the payload."""
    if found is None:
        return RegistryRules(at=reading.start)
    section: Section = found.value
    return RegistryRules(
        at=found.key_at,
        compatibility=section.get("compatibility"),
        strategy=section.get("schemaLookupStrategy", "TopicNameStrategy"),
        subject=section.get("subject"),
        versions=_versions(reading, section, message),
        auto_register=section.get("autoRegister", False),
    )


def _versions(reading: Reading, section: Section, message: Message) -> tuple[SchemaText, ...]:
    items: tuple[Found, ...] = section.get("versions", ())
    read = [(item, reading.schema(item, message.references)) for item in items]
    versions = tuple(schema for _, schema in read if schema is not None)
    if message.payload is None or len(versions) < len(items) or not versions:
        return versions
    for item, schema in read:
        if schema is not None and schema.kind != message.payload.kind:
            reading.notebook.add(
                codes.WIRE_MIXED, item.at, "not of the payload's kind", "name a version of the payload"
            )
    if reading.library.parsed(versions[-1]) == reading.library.parsed(message.payload):
        return versions
    fix = f"add {message.payload.file or 'the payload'} as the last version"
    reading.notebook.add(codes.VERSIONS_LAST, items[-1].at, "the last version is not the payload", fix)
    return (*versions, message.payload)


def fill_malformed(found: Found | None, base: Malformed) -> Malformed:
    """The tolerances over those of `base`: a code named here no longer counts as what `base` calls it."""
    if found is None:
        return base
    section: Section = found.value
    own = {name: texts(section.get(name, ())) for name in ("invalid", "either", "exclude")}
    named = {code for codes_named in own.values() for code in codes_named}
    merged = {
        name: tuple(dict.fromkeys((*(code for code in getattr(base, name) if code not in named), *own[name])))
        for name in own
    }
    return Malformed(strict=section.get("strict", base.strict), **merged)


def fill_reply(reading: Reading, found: Found | None, message: Message) -> Reply | None:
    """The reply; its correlation id stands where the message's does, unless it says otherwise."""
    if found is None:
        return None
    section: Section = found.value
    topic = section.get("topic", "")
    if isinstance(topic, Expression):
        check_expression(reading, section.place("topic"), topic, message)
    payload = reading.schema(section.found.get("payload"))
    error = reading.schema(section.found.get("error"))
    correlation_id = section.get("correlationId")
    if correlation_id is not None:
        schemas = tuple(schema for schema in (payload, error) if schema is not None)
        check_in_effect(reading, section.place("correlationId"), correlation_id, schemas)
    return Reply(
        at=found.key_at,
        topic=topic,
        payload=payload,
        error=error,
        correlation_id=correlation_id or message.correlation_id,
        within=section.get("within", 5.0),
    )


def check_in_effect(reading: Reading, at: Location, expression: Expression, payloads: tuple[SchemaText, ...]) -> None:
    """Note an expression on an effect that leads to nothing in the effect's own schemas."""
    if expression.root == "message.payload":
        check_pointer_in(reading, at, expression.pointer, payloads)
