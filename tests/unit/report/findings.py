"""One invented finding for each verdict that is judged."""

from __future__ import annotations

from kcontract.model.finding import CaseVerdict, Finding
from kcontract.model.record import Record
from tests.unit.report.fault_findings import (
    blocked,
    drops_on_outage,
    duplicate_event,
    health_lied,
    lost_event,
    not_recovered,
    refused_valid,
    slow,
    ungraceful_stop,
)
from tests.unit.report.samples import (
    ONE_EVENT,
    PATIENT,
    TRACEBACK,
    at,
    event,
    finding,
    log,
    patient,
    record,
    verdict,
)
from tests.unit.report.sender_findings import unregistered_schema, wrong_order, wrong_subject, wrong_topic

BAD_INDEX = patient(tail=b"\x0e")
NO_NAME = b'{"patient": "' + PATIENT.encode() + b'", "amount": "12.50"}'


def crashed() -> Finding:
    facts = (
        "sent to patient.created/2@131",
        "the process exited with code 1 with this record as the only suspect",
        "committed offset 132 in patient.created/2, the record stands at 131",
    )
    first = verdict(
        "CRASHED",
        "union_index_bad:high",
        BAD_INDEX,
        seen=facts,
        stderr=TRACEBACK,
        parent=patient(),
        cause="IndexError at consumer.py:41",
        note="union /weight: index 7; no such branch (L3 union_index_bad:high)",
    )
    return finding(first, 14, kinds=("union_index_bad:high", "truncated", "bit_flip"))


def resource_blowup() -> Finding:
    facts = (
        "sent to patient.created/2@131",
        "threads went from 12 to 108 with 96 such records, and stayed",
        "threads went from 12 to 108 with 96 such records, and stayed; in a new process this time",
        "healthy records before and after it leave it as it is",
    )
    promised = "billing handles or refuses a record, and lets go of what it took for it"
    return finding(
        verdict("RESOURCE_BLOWUP", "empty_value", b"", promised=promised, seen=facts, cause="threads", parent=patient())
    )


def crash_loop() -> Finding:
    facts = (
        "sent to patient.created/2@131",
        "the process was killed by signal 11 with this record as the only suspect",
        "the process was killed by signal 11 again after a restart",
        "nothing is committed in patient.created/2, the record stands at 131",
    )
    return finding(verdict("CRASH_LOOP", "empty_value", b"", seen=facts, cause="SIGSEGV", parent=patient()))


def endless_retry() -> Finding:
    facts = (
        "sent to patient.created/2@131",
        "the process lives, but the record behind this one got no outcome and no offset moved",
        "the service fetched from patient.created/2@131 57 times and got the same records each time",
        "committed offset 131 in patient.created/2, the record stands at 131",
    )
    return finding(verdict("ENDLESS_RETRY", "null_value", None, seen=facts, parent=patient()))


def rebalance_storm() -> Finding:
    facts = (
        "sent to patient.created/2@0",
        "the process lives, but the record behind this one got no outcome and no offset moved",
        "the group was formed 9 times in this window, and nothing was committed",
        "nothing is committed in patient.created/2, the record stands at 0",
    )
    promised = "billing handles each valid record"
    return finding(verdict("REBALANCE_STORM", "valid", patient(), seen=facts, promised=promised, at=at(22)))


def stuck() -> Finding:
    facts = (
        "sent to patient.created/2@131",
        "the process lives, but the record behind this one got no outcome and no offset moved",
        "committed offset 131 in patient.created/2, the record stands at 131",
    )
    return finding(verdict("STUCK", "null_value", None, seen=facts, parent=patient(), also=("NOT_DEAD_LETTERED",)))


def lost() -> Finding:
    facts = (
        "sent to patient.created/2@131",
        "0 of 1 effects came to invoice.opened",
        "the service was started again, and the offset is committed past the record",
        "alone behind a healthy record it is handled as promised",
    )
    return finding(verdict("LOST", "valid", patient(), seen=facts, promised=ONE_EVENT, at=at(36)))


def skipped_valid() -> Finding:
    facts = ("sent to patient.created/2@131", "0 of 1 effects came to invoice.opened", "the same alone")
    first = verdict(
        "SKIPPED_VALID", "valid", patient(""), seen=facts, promised=ONE_EVENT, at=at(36), note="name is empty"
    )
    return finding(first, 3)


def rejected_valid() -> Finding:
    sent = record(patient("José 😀"))
    facts = ("sent to patient.created/2@131", "a dead letter came: patient.created.dlq/0@17")
    first = verdict(
        "REJECTED_VALID",
        "valid",
        sent.value,
        seen=facts,
        promised="billing handles each valid record",
        at=at(28),
        evidence=(log("patient.created.dlq", sent),),
    )
    return finding(first)


def not_dead_lettered() -> Finding:
    facts = ("sent to patient.created/2@131", "nothing came to patient.created.dlq", "the same alone")
    return finding(verdict("NOT_DEAD_LETTERED", "truncated", patient()[:30], seen=facts, parent=patient()), 8)


def dead_letter_altered() -> Finding:
    letter = Record(key=None, value=b'"' + BAD_INDEX.hex().encode() + b'"', headers=(("error", b"IndexError"),))
    facts = ("sent to patient.created/2@131", "patient.created.dlq/0@17: value 58 bytes became 118 bytes")
    first = verdict(
        "DEAD_LETTER_ALTERED",
        "union_index_bad:high",
        BAD_INDEX,
        seen=facts,
        parent=patient(),
        cause="value+key+headers",
        evidence=(log("patient.created.dlq", letter),),
    )
    return finding(first, 412)


def accepted_invalid() -> Finding:
    value = patient()[:5] + b"\x06abc" + patient()[5 + 37 :]
    facts = ("sent to patient.created/2@131", "an effect came back: invoice.opened/0@17")
    first = verdict(
        "ACCEPTED_INVALID",
        "logical_out_of_range:uuid",
        value,
        seen=facts,
        parent=patient(),
        note="/patient_id is no UUID (L5 logical_out_of_range:uuid)",
        evidence=(event('{"patient": "abc"}'),),
    )
    return finding(first, 2)


def misread() -> Finding:
    facts = ("sent to patient.created/2@131", "invoice.opened/0@17: /patient is 'Ada Lovelace'")
    first = verdict(
        "MISREAD",
        "valid",
        patient(),
        seen=facts,
        promised=ONE_EVENT,
        at=at(36),
        cause="/patient",
        evidence=(event('{"patient": "Ada Lovelace"}'),),
    )
    return finding(first, id_="77b0e1d4")


def collateral() -> Finding:
    facts = (
        "sent to patient.created/2@131",
        "0 of 1 effects came to invoice.opened",
        "alone behind a healthy record it is handled as promised",
        "the same window sent once more misses it again",
        "nothing came either of header_damage:bytes beside it",
    )
    return finding(verdict("COLLATERAL", "valid", patient(), seen=facts, promised=ONE_EVENT, at=at(36)), 41)


def undeclared_event() -> Finding:
    first = verdict(
        "UNDECLARED_EVENT",
        "",
        None,
        case="",
        record=None,
        topic="patient.created.DLT",
        at=at(28),
        promised="billing writes to invoice.opened, patient.created.dlq and nowhere else",
        seen=("a record came to patient.created.DLT/0@17",),
        cause="patient.created.DLT",
        evidence=(log("patient.created.DLT", record(BAD_INDEX)),),
    )
    return finding(first, 7)


def could_not_run() -> Finding:
    first = verdict(
        "COULD_NOT_RUN",
        "",
        None,
        case="",
        record=None,
        at=at(29),
        promised="the service billing can be started",
        seen=("the process exited with code 1 before it was ready",),
        cause="ModuleNotFoundError at consumer.py:3",
        stderr="ModuleNotFoundError: No module named 'confluent_kafka'\n",
    )
    return finding(first)


def no_event() -> Finding:
    return _request(
        "NO_EVENT",
        18,
        "patient-api sends an event to patient.created for each accepted request",
        "the answer was 201, and no event came",
    )


def phantom_event() -> Finding:
    return _request(
        "PHANTOM_EVENT",
        18,
        "patient-api sends nothing for a request that it must refuse",
        "the answer was 422, and an event came: patient.created/0@17",
        kind="wrong_type",
        evidence=(log("patient.created", Record(key=b"x", value=patient())),),
        note="/born as a number",
    )


def invalid_event() -> Finding:
    came = event(NO_NAME.decode())
    return _own("INVALID_EVENT", "missing_required:name", came, "events on invoice.opened conform", "/name is missing")


def wrong_reply() -> Finding:
    fact = "the answer billing.replies/0@4 carries another correlation id"
    return finding(_twice("WRONG_REPLY", "billing answers with the request's correlation id", fact), 3)


def no_reply() -> Finding:
    fact = "nothing came to billing.replies within 2 s"
    return finding(_twice("NO_REPLY", "billing sends one answer to billing.replies within 2 s", fact), 4)


def not_logged() -> Finding:
    facts = (
        "sent to patient.created/2@131",
        "no line of its output matched, among other records and alone; the process was then ended, and all of its "
        "output read",
    )
    promised = "billing passes an invalid record over with a line that matches ^passed over"
    return finding(verdict("NOT_LOGGED", "truncated", BAD_INDEX, promised=promised, seen=facts), 2)


def leak() -> Finding:
    promised = "invoice.opened is declared for records of order.placed, and not for those of patient.created"
    fact = "invoice.opened/0@17 holds what is fresh in this record, and nothing of one that leads there"
    return finding(_twice("LEAK", promised, "sent to patient.created/2@131", fact))


def did_not_stop() -> Finding:
    facts = ("sent to patient.created/2@131", "the commit went past it: committed offset 132 in patient.created/2")
    promised = "for an invalid record billing stops in front of it and exits"
    return finding(verdict("DID_NOT_STOP", "truncated", BAD_INDEX, promised=promised, seen=facts), 2)


def duplicate_effect() -> Finding:
    fact = "2 effects instead of 1 came to invoice.opened: invoice.opened/0@17, invoice.opened/0@18"
    promised = "billing is idempotent: one event on invoice.opened, however often a record comes"
    return finding(_twice("DUPLICATE_EFFECT", promised, fact, "redelivered: restart"), 6)


def out_of_order() -> Finding:
    fact = "its first effect is invoice.opened/0@18, behind that of a later record of the same key"
    later = "the later record is case 13, sent to patient.created/0@8: its effect is invoice.opened/0@17"
    return finding(_twice("OUT_OF_ORDER", "billing sends the events of one key in their order", fact, later), 9)


def _twice(code: str, promised: str, *facts: str) -> CaseVerdict:
    came = (event(NO_NAME.decode()), event(NO_NAME.decode()))
    return verdict(code, "valid", patient(), at=at(15), promised=promised, seen=facts, evidence=came)


def wrong_key() -> Finding:
    came = event(NO_NAME.decode(), key=b'"' + PATIENT.encode() + b'"')
    promised = "the key of invoice.opened is $message.payload#/patient"
    return _own("WRONG_KEY", "key_payload_mismatch", came, promised, "the key is another one")


def _own(code: str, kind: str, came: object, promised: str, reason: str) -> Finding:
    first = verdict(
        code,
        kind,
        None,
        case="",
        topic="invoice.opened",
        at=at(9),
        promised=promised,
        record=None,
        seen=(f"invoice.opened/0@17: {reason}",),
        cause=kind,
        evidence=(came,),
    )
    return finding(first, 2)


def _request(code: str, line: int, promised: str, fact: str, kind: str = "valid", **more: object) -> Finding:
    request = f'POST http://127.0.0.1:8041/api/patients\n{{"id": "{PATIENT}", "name": "Ada"}}'
    first = verdict(
        code, kind, None, at=at(line), promised=promised, seen=(fact,), record=None, request=request, **more
    )
    return finding(first, unit="patient-api")


FINDINGS = (
    could_not_run,
    resource_blowup,
    crash_loop,
    crashed,
    endless_retry,
    rebalance_storm,
    stuck,
    accepted_invalid,
    dead_letter_altered,
    not_dead_lettered,
    wrong_reply,
    no_reply,
    not_logged,
    did_not_stop,
    drops_on_outage,
    misread,
    invalid_event,
    duplicate_effect,
    out_of_order,
    rejected_valid,
    skipped_valid,
    collateral,
    lost,
    undeclared_event,
    slow,
    health_lied,
    not_recovered,
    ungraceful_stop,
    leak,
    no_event,
    phantom_event,
    refused_valid,
    wrong_key,
    wrong_topic,
    wrong_order,
    unregistered_schema,
    wrong_subject,
    duplicate_event,
    lost_event,
    blocked,
)
"""In the order of the catalogue."""
