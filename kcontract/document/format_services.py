"""Shapes of who sends and who receives: run, action, policies, effects, probes, objectives, faults."""

from __future__ import annotations

from kcontract.document import codes
from kcontract.document.format_topic import MALFORMED, SCHEMA
from kcontract.document.leaves import (
    BOOLEAN,
    DURATION,
    EXCEPTION,
    EXPRESSION,
    FUNCTION,
    HTTP_ACTION,
    NAME,
    PATH,
    POINTER,
    RATE,
    READY,
    REGEX,
    SENDER_EXPRESSION,
    SHARE,
    TEMPLATE,
    TOPIC,
    URL,
    VARIABLE,
    choice,
    constant,
    whole_number,
)  # fmt: skip
from kcontract.document.shape import Either, Form, Items, Json, Key, Table

_COMMAND = Items(TEMPLATE)

RUN = Form(
    "run",
    (
        Key("command", _COMMAND, "Program and arguments; no shell."),
        Key("env", Table(TEMPLATE, key=VARIABLE, may_be_empty=True), "Environment variables, with placeholders."),
        Key("cwd", PATH, "Working directory; default the project root."),
        Key("ready", READY, "URL that answers 2xx, or a regular expression on the output; default: group assigned."),
        Key("group", NAME, "Consumer group that the service fixes itself; alone: already running, observed only."),
        Key("startTimeout", DURATION, "Longest time to readiness; default 60s."),
        Key("stopTimeout", DURATION, "Longest time to exit after SIGTERM; default 10s."),
        Key("instances", whole_number(1, 64), "How many processes; default 1."),
        Key("service", NAME, "A service of kcontract.yaml; beside `compose` the service in that file."),
        Key("image", NAME, "Container image."),
        Key("compose", PATH, "Docker Compose file."),
        Key("handler", FUNCTION, "Handler judged in process by `fuzz` and pytest."),
        Key("rejects", Items(EXCEPTION), "Exceptions by which the handler refuses an invalid record."),
        Key("make", FUNCTION, "Function that returns events (senders)."),
    ),
)

_PAIRS = Table(EXPRESSION, key=POINTER)
_SENDER_PAIRS = Table(SENDER_EXPRESSION, key=POINTER)
_WHERE = Either("pairs of pointer and expression, or a function", scalar=FUNCTION, mapping=_PAIRS)
_SENDER_WHERE = Either("pairs of pointer and expression, or a function", scalar=FUNCTION, mapping=_SENDER_PAIRS)

_ACTION_KEYS = (
    Key("http", HTTP_ACTION, "METHOD /path/{name}"),
    Key("body", SCHEMA, "JSON Schema of the request's body."),
    Key("headers", Table(TEMPLATE), "Request headers."),
    Key("command", _COMMAND, "A command whose run makes the sender send."),
    Key("start", constant(True, codes.VALUE_UNKNOWN, "write start: true"), "The sender sends when it starts."),
)
_ACTION = Form("an action", _ACTION_KEYS, one_of=("http", "command", "start"))
_GIVEN = Form(
    "a preparing action",
    (*_ACTION_KEYS, Key("bind", Table(SENDER_EXPRESSION), "Names for later paths, taken from $response.")),
    one_of=("http", "command", "start"),
)

SEND = Form(
    "a sender",
    (
        Key("run", RUN, "How the service is run.", required=True),
        Key("action", _ACTION, "What makes it send."),
        Key("given", Items(_GIVEN), "Actions that run first."),
        Key("where", _SENDER_WHERE, "Event pointer to the expression that it equals."),
        Key("invalidRequest", choice("refused"), "An invalid request gets a 4xx and causes no event (default)."),
    ),
)

_MEANINGS = Table(choice("topic", "partition", "offset", "timestamp", "group", "exception", "message", "stacktrace"))
DEAD_LETTER = Form(
    "a dead letter",
    (
        Key("topic", TOPIC, "Dead letter topic.", required=True),
        Key(
            "preserve",
            Items(choice("value", "key", "headers", "timestamp", "partition", "origin")),
            "What stays byte for byte; default value, key, headers.",
        ),
        Key(
            "headers",
            Either(
                "auto, spring, connect, streams or names with meanings",
                scalar=choice("auto", "spring", "connect", "streams"),
                mapping=_MEANINGS,
            ),
            "Whose headers tell where the record came from; default auto.",
        ),
    ),
)
_SKIP = Either(
    "skip, or {log: REGEX}",
    scalar=constant(True, codes.VALUE_UNKNOWN, "write onInvalid: skip"),
    mapping=Form("skip", (Key("log", REGEX, "The log must say this."),)),
)
_POLICIES = ("deadLetter", "skip", "stop", "reply")
ON_INVALID = Either(
    "one of deadLetter, skip, stop, reply",
    scalar=choice("skip"),
    mapping=Form(
        "onInvalid",
        (
            Key(
                "deadLetter",
                Either("a topic, or {topic, preserve, headers}", scalar=TOPIC, mapping=DEAD_LETTER),
                "The record goes to this topic.",
            ),
            Key("skip", _SKIP, "No effect, no dead letter, no answer; the offset passes."),
            Key("stop", choice("exit", "pause"), "No commit past the record, no effect of later ones."),
            Key("reply", choice("error"), "The error answer of `reply`."),
        ),
        one_of=_POLICIES,
        one_of_code=codes.POLICY_COUNT,
    ),
)

_RETRY = Form(
    "retry",
    (
        Key("topic", Either("a topic or a list of topics", scalar=TOPIC, items=Items(TOPIC)), "Retry topics.", True),
        Key("attempts", whole_number(1, 1000), "Most attempts; default 3."),
        Key("backoff", DURATION, "Time between attempts; default none."),
    ),
)

_EMITS = Form(
    "an effect",
    (
        Key("topic", TOPIC, "Topic of the effect.", required=True),
        Key("payload", SCHEMA, "Schema of the effect."),
        Key("key", SCHEMA, "Schema of its key."),
        Key("correlationId", EXPRESSION, "Where the id stands in the effect; default as in `message`."),
        Key("where", _WHERE, "Effect pointer to the expression that it equals."),
        Key("copies", Items(NAME), "Fields that the effect takes over unchanged."),
        Key("when", SCHEMA, "JSON Schema of the inputs that have this effect; default all valid ones."),
        Key("count", whole_number(1, 100_000), "How many effects an input has; default 1."),
        Key(
            "order",
            Table(Json("a list of values", "list"), key=POINTER),
            "Values of a pointer, in the order of the effects.",
        ),
    ),
)

_EXPECT = Form(
    "what a probe expects",
    (
        Key("status", whole_number(100, 599), "HTTP status."),
        Key("body", SCHEMA, "JSON Schema of the answer."),
        Key("exit", whole_number(0, 255), "Exit code of the command."),
        Key("stdout", REGEX, "Regular expression on its output."),
    ),
)
_PROBE = Form(
    "a probe",
    (
        Key("http", URL, "URL that shows the effect."),
        Key("command", _COMMAND, "Command that shows the effect."),
        Key("function", FUNCTION, "Function that shows the effect."),
        Key("expect", _EXPECT, "What shows that the record was handled."),
    ),
    one_of=("http", "command", "function"),
)
_HEALTH = Either(
    "a URL, or {http, expect}",
    scalar=URL,
    mapping=Form(
        "health",
        (
            Key("http", URL, "URL of the health page.", required=True),
            Key("expect", Json("any value"), "What it answers when all is well."),
        ),
    ),
)

_SLO = Form(
    "slo",
    (
        Key("p50", DURATION, "Median latency from the scheduled send."),
        Key("p95", DURATION, "95th percentile."),
        Key("p99", DURATION, "99th percentile."),
        Key("at", RATE, "Load of the open loop; default 10/s."),
        Key("throughput", RATE, "Least sustained rate."),
        Key("errors", SHARE, "Largest share of records without their effect."),
    ),
)

RECEIVE = Form(
    "a receiver",
    (
        Key("run", RUN, "How the service is run.", required=True),
        Key("onInvalid", ON_INVALID, "What happens to an invalid record.", required=True),
        Key("reader", SCHEMA, "Reader schema that the receiver is built with."),
        Key("retry", _RETRY, "Retries for handling that fails."),
        Key("emits", Either("an effect or a list of effects", items=Items(_EMITS), mapping=_EMITS), "Events it sends."),
        Key("probe", _PROBE, "How the effect is seen from outside."),
        Key("health", _HEALTH, "Health page."),
        Key("order", choice("key"), "Effects of one key keep the order of their records."),
        Key("idempotent", BOOLEAN, "A repeated record has its effect once; needs message.identity."),
        Key("slo", _SLO, "Latency, throughput and error objectives."),
        Key("malformed", MALFORMED, "Tolerances of this receiver, over the contract's."),
    ),
)

_FAULT_KEYS = (
    Key("send", choice("accepts", "refuses"), "What senders do meanwhile."),
    Key("health", choice("ok", "degraded", "down"), "What health pages say meanwhile."),
    Key("recovers", DURATION, "Longest time back to normal."),
)
_FAULT = Form("a fault", _FAULT_KEYS)
_DATABASE_FAULT = Form(
    "databaseDown",
    (
        Key("down", _COMMAND, "Command that takes the database down.", required=True),
        Key("up", _COMMAND, "Command that brings it back.", required=True),
        *_FAULT_KEYS,
    ),
)
FAULTS = Form(
    "faults",
    (
        Key("brokerDown", _FAULT, "The broker cannot be reached."),
        Key("registryDown", _FAULT, "The schema registry cannot be reached."),
        Key("network", _FAULT, "Connections are cut, slow or silent."),
        Key("databaseDown", _DATABASE_FAULT, "The service's database is down."),
    ),
)
