"""Receivers: policy, effects, probes, objectives."""

from __future__ import annotations

from typing import Any

from msgspec import structs

from kcontract.document import codes
from kcontract.document.fill_emits import fill_emits
from kcontract.document.fill_run import fill_run, texts
from kcontract.document.fill_topic import fill_malformed
from kcontract.document.placeholder_check import check_receiver
from kcontract.document.reading import Reading
from kcontract.document.shape import Found, Section
from kcontract.model.contract import (
    DeadLetter,
    Health,
    Malformed,
    Message,
    OnInvalid,
    Probe,
    Receive,
    Reply,
    Retry,
    SchemaText,
    Slo,
)  # fmt: skip


def fill_receive(
    reading: Reading, name: str, found: Found, message: Message, reply: Reply | None, malformed: Malformed
) -> Receive:
    """One receiver; `malformed` is the contract's, which its own goes over."""
    section: Section = found.value
    own_malformed = section.found.get("malformed")
    _check_identity(reading, section, message)
    reader = _reader(reading, section.found.get("reader"), message)
    as_read = _as_read(message, reader)
    receive = Receive(
        at=found.key_at,
        name=name,
        run=fill_run(reading, section.found.get("run"), "receive"),
        on_invalid=_on_invalid(reading, section.found.get("onInvalid"), reply),
        reader=reader,
        retry=_retry(section.found.get("retry")),
        emits=fill_emits(reading, section.found.get("emits"), as_read),
        probe=_probe(reading, section.found.get("probe")),
        health=_health(section.found.get("health")),
        order=section.get("order"),
        idempotent=section.get("idempotent", False),
        slo=_slo(section.found.get("slo")),
        malformed=None if own_malformed is None else fill_malformed(own_malformed, malformed),
    )
    check_receiver(reading, section, receive, as_read, reply)
    return receive


def _check_identity(reading: Reading, section: Section, message: Message) -> None:
    if section.get("idempotent") and message.identity is None:
        fix = "add message.identity, for example $message.payload#/event_id"
        reading.notebook.add(
            codes.IDENTITY_MISSING, section.place("idempotent"), "what makes a record a repeat is not said", fix
        )


def _on_invalid(reading: Reading, found: Found | None, reply: Reply | None) -> OnInvalid:
    if found is None:
        return OnInvalid(at=reading.start, policy="skip")
    if not isinstance(found.value, Section):
        return OnInvalid(at=found.key_at, policy="skip")
    section: Section = found.value
    policy = next((name for name in ("deadLetter", "skip", "stop", "reply") if name in section.found), "skip")
    if policy == "reply" and (reply is None or reply.error is None):
        fix = "add reply: {topic: …, error: SCHEMA} to the contract"
        reading.notebook.add(codes.REPLY_MISSING, section.place("reply"), "the contract has no error reply", fix)
    skip = section.get("skip")
    return OnInvalid(
        at=found.key_at,
        policy=policy,  # type: ignore[arg-type]  # one of the four names above
        dead_letter=_dead_letter(section.found.get("deadLetter")),
        skip_log=skip.get("log") if isinstance(skip, Section) else None,
        stop=section.get("stop"),
    )


def _dead_letter(found: Found | None) -> DeadLetter | None:
    if found is None:
        return None
    if isinstance(found.value, str):
        return DeadLetter(at=found.key_at, topic=found.value)
    section: Section = found.value
    headers = section.get("headers", "auto")
    named = {name: value.value for name, value in headers.items()} if isinstance(headers, dict) else {}
    preserve = texts(section.get("preserve", ()))
    return DeadLetter(
        at=found.key_at,
        topic=section.get("topic", ""),
        preserve=preserve or ("value", "key", "headers"),
        headers="mapping" if named else headers,
        mapping=tuple(named.items()),
    )


def _reader(reading: Reading, found: Found | None, message: Message) -> SchemaText | None:
    reader = reading.schema(found, message.references)
    if reader is not None and found is not None and message.payload is not None and reader.kind != message.payload.kind:
        reading.notebook.add(codes.WIRE_MIXED, found.at, "the reader is not of the payload's kind", "name another file")
    return reader


def _as_read(message: Message, reader: SchemaText | None) -> Message:
    """With the payload that the receiver's expressions speak of: an Avro record is resolved to its reader schema."""
    if reader is None or reader.kind != "avro":
        return message
    return structs.replace(message, payload=reader, one_of=())


def _retry(found: Found | None) -> Retry | None:
    if found is None:
        return None
    section: Section = found.value
    topics = section.get("topic", "")
    named = [topics] if isinstance(topics, str) else list(dict.fromkeys(one.value for one in topics))
    first, *later = named or [""]  # told as a mistake elsewhere
    return Retry(
        at=found.key_at,
        topic=first,
        attempts=section.get("attempts", 3),
        backoff=section.get("backoff", 0.0),
        later=tuple(later),
    )


_EXPECTED = {"http": {"status", "body"}, "command": {"exit", "stdout"}, "function": set[str]()}


def _probe(reading: Reading, found: Found | None) -> Probe | None:
    if found is None:
        return None
    section: Section = found.value
    expect: Section = section.get("expect") or Section(found.at, {})
    form = next((form for form in _EXPECTED if form in section.found), "http")
    for name in expect.found.keys() - _EXPECTED[form]:
        at = expect.found[name].key_at
        reading.notebook.add(codes.KEY_UNKNOWN, at, f"`{name}` is not expected of `{form}`", "remove it")
    return Probe(
        at=found.key_at,
        http=section.get("http"),
        expect_status=expect.get("status"),
        expect_body=reading.json_schema(expect.found.get("body")),
        command=texts(section.get("command", ())),
        expect_exit=expect.get("exit"),
        expect_stdout=expect.get("stdout"),
        function=section.get("function"),
    )


def _health(found: Found | None) -> Health | None:
    if found is None:
        return None
    if isinstance(found.value, str):
        return Health(at=found.key_at, url=found.value)
    expect: Any = found.value.get("expect")
    return Health(at=found.key_at, url=found.value.get("http", ""), expect=expect)


def _slo(found: Found | None) -> Slo | None:
    if found is None:
        return None
    section: Section = found.value
    return Slo(
        at=found.key_at,
        rate=section.get("at", 10.0),
        p50=section.get("p50"),
        p95=section.get("p95"),
        p99=section.get("p99"),
        throughput=section.get("throughput"),
        errors=section.get("errors"),
    )
