"""Shapes of what a topic carries: message, registry, malformed, reply."""

from __future__ import annotations

from typing import get_args

from kcontract.document.kind_codes import KIND
from kcontract.document.leaves import (
    BOOLEAN,
    DURATION,
    EXPRESSION,
    FUNCTION,
    NAME,
    PATH,
    POINTER,
    TOPIC_OR_EXPRESSION,
    choice,
)
from kcontract.document.shape import Either, Form, Items, Json, Key, Table
from kcontract.model.contract import Level, LookupStrategy, Wire

SCHEMA = Either("a schema file or an inline JSON Schema", scalar=PATH, mapping=Json("a JSON Schema", "mapping"))

_VARIANT = Form(
    "an event type",
    (
        Key("payload", SCHEMA, "Schema of this event type.", required=True),
        Key("when", SCHEMA, "JSON Schema that tells this event type apart (Avro: the record name does)."),
    ),
)
_REFERENCE = Form(
    "a reference",
    (
        Key("name", NAME, "The name as the schema uses it.", required=True),
        Key("subject", NAME, "Subject that the referenced schema is registered under.", required=True),
        Key("file", PATH, "File of the referenced schema.", required=True),
    ),
)
_GENERATOR = Either("a list of values or a function", scalar=FUNCTION, items=Json("a list of values", "list"))

MESSAGE = Form(
    "a message",
    (
        Key("key", SCHEMA, "Schema of the key; absent: the key is not judged."),
        Key("keyFrom", EXPRESSION, "The key must equal this."),
        Key("payload", SCHEMA, "Schema of the value."),
        Key("oneOf", Table(_VARIANT), "Several event types on one topic, by name."),
        Key("wire", choice(*get_args(Wire)), "How the schema id travels; default confluent for .avsc, plain for JSON."),
        Key("headers", SCHEMA, "JSON Schema of the headers, as an object of texts."),
        Key("correlationId", EXPRESSION, "What ties an effect to the record that caused it."),
        Key("identity", EXPRESSION, "What makes two records the same event; default the key, else the correlation id."),
        Key("constraints", SCHEMA, "JSON Schema over the Avro JSON form: what Avro cannot say."),
        Key("examples", Items(PATH), "Files with valid payloads as JSON."),
        Key("generators", Table(_GENERATOR, key=POINTER), "Pointer to a list of values, or to module:function."),
        Key("references", Items(_REFERENCE), "Schemas that the payload refers to."),
        Key("assertFormats", BOOLEAN, "Makes `format` binding; default false."),
        Key("contentType", NAME, "Media type of the value."),
    ),
)

REGISTRY = Form(
    "registry",
    (
        Key("compatibility", choice(*get_args(Level)), "Compatibility level of the subject."),
        Key("schemaLookupStrategy", choice(*get_args(LookupStrategy)), "How subjects are named; default TopicName."),
        Key("subject", NAME, "Subject, where the strategy does not give it."),
        Key("versions", Items(PATH), "Schema files from oldest to newest; the last is the payload."),
        Key("autoRegister", BOOLEAN, "Whether producers may register schemas; default false."),
    ),
)

_KINDS = Items(KIND)

MALFORMED = Form(
    "malformed",
    (
        Key("strict", BOOLEAN, "Withdraws the tolerances for doubtful bytes; default false."),
        Key("invalid", _KINDS, "Kinds that this receiver must refuse."),
        Key("either", _KINDS, "Kinds that may be refused or accepted."),
        Key("exclude", _KINDS, "Kinds that are not sent."),
    ),
)

REPLY = Form(
    "reply",
    (
        Key("topic", TOPIC_OR_EXPRESSION, "Topic of the answers, or where the request names it.", required=True),
        Key("payload", SCHEMA, "Schema of an answer."),
        Key("error", SCHEMA, "Schema of the answer to an invalid request."),
        Key("correlationId", EXPRESSION, "Where the id stands in the answer; default as in `message`."),
        Key("within", DURATION, "Longest time to an answer; default 5s."),
    ),
)
