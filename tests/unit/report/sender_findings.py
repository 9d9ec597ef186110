"""Invented findings about where and how senders publish."""

from __future__ import annotations

from kcontract.model.finding import Finding
from tests.unit.report.samples import PATIENT, at, event, finding, verdict


def wrong_topic() -> Finding:
    fact = "the answer was 201; the event with what it says came to patients.created/0@17"
    return _of("WRONG_TOPIC", "patient-api sends its events to patient.created", fact, cause="patients.created")


def wrong_order() -> Finding:
    before = "that of POST http://127.0.0.1:8041/api/patients, which was answered before, at patient.events/0@18"
    fact = f"its event stands at patient.events/0@17, {before}"
    return _of("WRONG_ORDER", "patient-api sends the events of one entity in the order of its requests", fact)


def unregistered_schema() -> Finding:
    fact = "invoice.opened/0@17: schema id 41 is not registered"
    promised = "events on invoice.opened name a schema that the registry holds"
    return _of("UNREGISTERED_SCHEMA", promised, fact, cause="unknown_schema_id")


def wrong_subject() -> Finding:
    fact = "invoice.opened/0@17: names schema 3, which stands under patients.Created only"
    promised = "schemas of patient.created are registered under patient.created-value"
    return _of("WRONG_SUBJECT", promised, fact, cause="patients.Created")


def _of(code: str, promised: str, fact: str, cause: str = "") -> Finding:
    request = f'POST http://127.0.0.1:8041/api/patients\n{{"id": "{PATIENT}", "name": "Ada"}}'
    came = (event(f'{{"id": "{PATIENT}", "name": "Ada"}}'),)
    first = verdict(
        code, "valid", None, at=at(12), promised=promised, seen=(fact,), record=None, request=request, evidence=came,
        cause=cause,
    )  # fmt: skip
    return finding(first, unit="patient-api")
