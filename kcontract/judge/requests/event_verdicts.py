"""The verdicts on a sender's events, each against schema, wire, headers and key of its contract."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kcontract.errors import SchemaError
from kcontract.judge.promises import Product
from kcontract.judge.requests.subjects import NamedSchemas
from kcontract.model.case import Expectation, Rejection
from kcontract.model.finding import CaseVerdict
from kcontract.model.location import Location
from kcontract.model.record import LogRecord
from kcontract.oracle.book import subjects_of
from kcontract.oracle.subjects import record_names

_KEY_CODES = ("key_damage", "key_payload_mismatch")
_UNKNOWN_ID = "unknown_schema_id"


def event_verdict(product: Product, log: LogRecord) -> CaseVerdict | None:
    """INVALID_EVENT, WRONG_KEY or UNREGISTERED_SCHEMA, if the event is against its contract."""
    expected = product.oracle.expect(log.record)
    rejection = expected.rejection
    if expected.expectation is not Expectation.INVALID or rejection is None:
        return None
    code, promised = _named(product, log, rejection)
    cause = rejection.path or rejection.code
    verdict = _verdict(code, log, product.contract.message.at, promised, rejection.reason, cause)
    return msgspec.structs.replace(verdict, kind=rejection.code)


def _named(product: Product, log: LogRecord, rejection: Rejection) -> tuple[str, str]:
    code, message = rejection.code.partition(":")[0], product.contract.message
    if code in _KEY_CODES:
        return "WRONG_KEY", f"the key of {log.topic} is {message.key_from}"
    if code == _UNKNOWN_ID:
        return "UNREGISTERED_SCHEMA", f"events on {log.topic} name a schema that the registry holds"
    return "INVALID_EVENT", f"events on {log.topic} conform"


def subject_verdict(product: Product, schemas: NamedSchemas, topic: str) -> Iterator[CaseVerdict]:
    """WRONG_SUBJECT: an event's schema is registered, but under none of the subjects that the contract's strategy
    gives. One that stands under several is right if one of them is."""
    contract = product.contract
    if contract.message.wire == "plain":
        return
    try:
        right = subjects_of(contract, record_names(contract)) - {""}
    except SchemaError:
        return
    for schema, log, subjects in schemas.named(topic):
        if subjects and right and not subjects & right:
            promised = f"schemas of {topic} are registered under {', '.join(sorted(right))}"
            fact = f"names schema {schema}, which stands under {', '.join(sorted(subjects))} only"
            yield _verdict("WRONG_SUBJECT", log, contract.registry.at, promised, fact, ", ".join(sorted(subjects)))


def _verdict(code: str, log: LogRecord, at: Location, promised: str, fact: str, cause: str) -> CaseVerdict:
    return CaseVerdict(
        code=code,
        case="",
        kind="",
        topic=log.topic,
        at=at,
        promised=promised,
        seen=(f"{log.topic}/{log.partition}@{log.offset}: {fact}",),
        cause=cause,
        record=log.record,
        evidence=(log,),
    )
