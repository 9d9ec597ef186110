"""One invented finding for each verdict that only a fault, or a load, leads to."""

from __future__ import annotations

from kcontract.model.finding import Finding
from kcontract.model.load import LoadFigures, Quantile
from tests.unit.report.samples import PATIENT, at, finding, patient, verdict

AGAIN = "the same in round 2 of this fault as in one before"


def drops_on_outage() -> Finding:
    facts = (
        "sent to patient.created/2@131",
        "it has no effect and is committed past; so it is with 16 of 54 valid records",
        AGAIN,
    )
    promised = "billing handles each valid record in the end, also when connections to the schema registry are reset"
    first = verdict("DROPS_ON_OUTAGE", "", patient(), promised=promised, seen=facts, case="", during="registryDown")
    return finding(first)


def slow_load(number: int) -> LoadFigures:
    """A load that misses its p95."""
    quantiles = (
        Quantile(0.5, 0.08, 0.07, 0.09, None, 0.003),
        Quantile(0.95, 2.14, 1.9, 2.5, 0.1, 0.007),
        Quantile(0.99, 2.9, 2.4, None, None, 0.012),
    )
    return LoadFigures("patient.created", "mixed", number, 10.0, 90, quantiles, lags=((0.5, 4), (1.0, 41), (1.5, 3)))


def slow() -> Finding:
    facts = (slow_load(2).text, f"the load before: {slow_load(1).text}")
    cause = "p95 (under the mix with malformed records)"
    promised = "billing keeps p95 within 100 ms at 10/s"
    more = {"case": "", "record": None, "expectation": None, "cause": cause}
    return finding(verdict("SLOW", "", None, promised=promised, seen=facts, **more))


def health_lied() -> Finding:
    facts = ('while the broker is stopped and comes back it said: 200 {"status": "ok"}', AGAIN)
    promised = "the health page of patient-api says degraded when the broker is stopped and comes back"
    return _whole("HEALTH_LIED", promised, facts, cause="health")


def not_recovered() -> Finding:
    facts = ("33 s after the fault, healthy records in 4 partitions still have no outcome", AGAIN)
    return _whole("NOT_RECOVERED", "billing goes on within 30 s after the broker is stopped and comes back", facts)


def ungraceful_stop() -> Finding:
    promised = "billing ends within 10 s of SIGTERM"
    return _whole("UNGRACEFUL_STOP", promised, ("it was still running after 10 s", AGAIN), during="terminated")


def refused_valid() -> Finding:
    promised = "patient-api accepts requests while the broker is stopped and comes back"
    return _request("REFUSED_VALID", promised, "a valid request was answered 503")


def duplicate_event() -> Finding:
    fact = "2 events came of 1 requests"
    return _request("DUPLICATE_EVENT", "patient-api publishes each event once", fact, during="network:lostAck")


def lost_event() -> Finding:
    promised = "patient-api publishes what it accepted, also when the broker is stopped and comes back"
    fact = "the answer was 201, and no event came; so it is with 3 of 3 requests"
    return _request("LOST_EVENT", promised, fact)


def blocked() -> Finding:
    promised = "patient-api accepts requests while the broker is stopped and comes back"
    return _request("BLOCKED", promised, "a request waited 12.0 s; so it is with 1 of 1 requests")


def _whole(code: str, promised: str, facts: tuple[str, ...], during: str = "brokerDown", cause: str = "") -> Finding:
    first = verdict(
        code, "", None, case="", record=None, at=at(41), promised=promised, seen=facts, during=during, cause=cause
    )
    return finding(first)


def _request(code: str, promised: str, fact: str, during: str = "brokerDown") -> Finding:
    request = f'POST http://127.0.0.1:8041/api/patients\n{{"id": "{PATIENT}", "name": "Ada"}}'
    first = verdict(
        code, "", None, case="", record=None, at=at(41), promised=promised, seen=(fact, AGAIN), request=request,
        during=during,
    )  # fmt: skip
    return finding(first, unit="patient-api")
