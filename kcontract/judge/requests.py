"""Judging a sender: what its requests promised and which events came (ORACLE.md §6, producers)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from kcontract.judge.promises import Product, Promises
from kcontract.model.case import Expectation
from kcontract.model.events import Requested, RequestsSettled, Responded, Seen
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import LogRecord
from kcontract.oracle.equality import equal
from kcontract.oracle.expressions import MISSING, Exchange, evaluate_exchange, parse_body, resolve_pointer


@dataclass(slots=True)
class Request:
    """One request to a sender with its answer and its events."""

    requested: Requested
    product: Product
    responded: Responded | None = None
    events: list[LogRecord] = field(default_factory=list)
    event_at: float | None = None
    _expected: tuple[tuple[str, Any], ...] | None = None

    @property
    def accepted(self) -> bool:
        return self.responded is not None and 200 <= self.responded.status < 300

    @property
    def refused(self) -> bool:
        """4xx or 5xx. No answer in time is neither a refusal nor an acceptance."""
        return self.responded is not None and self.responded.status >= 400

    def can_be_tied(self) -> bool:
        """Whether its event could be told from others': `where` has pairs, and the answer told what they name."""
        return bool(self.expected()) and self.answer_is_known()

    @property
    def root(self) -> str:
        return self.requested.copy_of or self.requested.case

    def expected(self) -> tuple[tuple[str, Any], ...]:
        """Pointer into the event and the value that `where` wants there, as far as the answer tells it."""
        if self._expected is None or self.responded is None:
            where = self.product.send.where
            exchange = self._exchange()
            pairs = where.pairs if where else ()
            self._expected = tuple((pointer, evaluate_exchange(expression, exchange)) for pointer, expression in pairs)
        return self._expected

    def answer_is_known(self) -> bool:
        """Whether the pairs that the answer and the path tell are all told: these are what makes a request unique.

        A member that is absent from the request's body may be absent from the event too.
        """
        where = self.product.send.where
        roots = [expression.root for _, expression in where.pairs] if where else []
        told = zip(roots, self.expected(), strict=True)
        return all(value is not MISSING for root, (_, value) in told if root != "request.body")

    def _exchange(self) -> Exchange:
        status, body = (self.responded.status, self.responded.body) if self.responded else (0, b"")
        return Exchange(
            request_body=parse_body(self.requested.body),
            path=dict(self.requested.path),
            status=status,
            response_body=parse_body(body),
        )


class RequestBook:
    """The requests of a unit's senders and the events on their topics."""

    def __init__(self, promises: Promises) -> None:
        self._products = promises.products
        self._requests: dict[str, Request] = {}
        self._orphans: dict[str, list[tuple[float, LogRecord]]] = {topic: [] for topic in promises.products}
        """Events that no request explains yet."""
        self._unchecked: list[LogRecord] = []
        self._begun: set[str] = set()
        self.latencies: list[float] = []
        self.unexplained: Counter[str] = Counter()
        """Events by topic that tie to no request."""

    def requested(self, event: Requested) -> None:
        """A request is made. What was on its topic before the first one came of another sender's `given` steps."""
        if event.topic not in self._begun:
            self._begun.add(event.topic)
            self._orphans[event.topic].clear()
        self._requests[event.case] = Request(event, self._products[event.topic])

    def responded(self, event: Responded) -> None:
        """The answer tells which event belongs to it; that one may have come before."""
        request = self._requests.get(event.case)
        if request is None:
            return
        request.responded = event
        orphans = self._orphans[request.requested.topic]
        for at, record in [orphan for orphan in orphans if self._explains(request, orphan[1])]:
            orphans.remove((at, record))
            self._credit(request, at, record)

    def seen(self, event: Seen) -> None:
        """An event on a topic of ours."""
        topic = event.record.topic
        self._unchecked.append(event.record)
        for request in reversed(self._requests.values()):
            if request.requested.topic == topic and self._explains(request, event.record):
                self._credit(request, event.at, event.record)
                return
        self._orphans[topic].append((event.at, event.record))

    @property
    def count(self) -> int:
        """How many requests were made."""
        return len(self._requests)

    def get(self, case: str) -> Request | None:
        """The request of that id."""
        return self._requests.get(case)

    def has_event(self, case: str) -> bool:
        request = self._requests.get(case)
        return request is not None and bool(request.events)

    def missing(self) -> tuple[Request, ...]:
        """Accepted valid requests whose event has not come."""
        return tuple(
            request
            for request in self._requests.values()
            if request.requested.expectation == "valid" and request.accepted and not request.events
        )

    def refused(self) -> Counter[int]:
        """How many valid requests were not accepted, by status."""
        return Counter(
            request.responded.status
            for request in self._requests.values()
            if request.requested.expectation == "valid" and request.responded and not request.accepted
        )

    def _credit(self, request: Request, at: float, record: LogRecord) -> None:
        request.events.append(record)
        if request.event_at is None:
            request.event_at = at
            self.latencies.append(max(0.0, at - request.requested.at))

    def _explains(self, request: Request, record: LogRecord) -> bool:
        """Whether the event names exactly this request: it was accepted, its answer is known, and all pairs agree."""
        return request.accepted and request.answer_is_known() and _agrees(request, record)

    def settle(self, event: RequestsSettled) -> Iterator[CaseVerdict]:
        """The verdicts of these requests, now that negatives may be stated, and of events against their schema."""
        requests = [self._requests[case] for case in event.cases if case in self._requests]
        for request in requests:
            yield from _judge(request)
        for topic in dict.fromkeys(request.requested.topic for request in requests):
            yield from self._phantoms(topic, [request for request in requests if request.refused])
        for record in self._unchecked:
            verdict = _judge_event(self._products[record.topic], record)
            if verdict is not None:
                yield _with_request(verdict, record, requests)
        self._unchecked.clear()

    def _phantoms(self, topic: str, refused: list[Request]) -> Iterator[CaseVerdict]:
        """Events that no accepted request explains, and that say what a refused one asked for."""
        orphans, self._orphans[topic] = self._orphans[topic], []
        for _, record in orphans:
            suspects = [request for request in refused if _agrees(request, record)]
            if suspects:
                suspects[0].events.append(record)
                yield from _judge(suspects[0], also=len(suspects) - 1)
            else:
                self.unexplained[topic] += 1


def _agrees(request: Request, record: LogRecord) -> bool:
    """Whether the event says what the request asked for, as far as the exchange can tell."""
    payload = request.product.oracle.read_leniently(record.record)
    shapes = request.product.oracle.shapes
    told = [(pointer, value) for pointer, value in request.expected() if value is not MISSING]
    return bool(told) and all(
        equal(value, resolve_pointer(payload, pointer), shapes.at(pointer)) for pointer, value in told
    )


def _judge(request: Request, also: int = 0) -> Iterator[CaseVerdict]:
    """NO_EVENT, and PHANTOM_EVENT: an event of a request that was or had to be refused."""
    valid, status = request.requested.expectation == "valid", request.responded.status if request.responded else 0
    name, topic = request.product.send.name, request.requested.topic
    if valid and request.accepted and not request.events and request.can_be_tied():
        promised = f"{name} sends an event to {topic} for each accepted request"
        yield _verdict("NO_EVENT", request, promised, f"the answer was {status}, and no event came, nor did one again")
    elif request.events and (request.refused or not valid):
        came = request.events[0]
        others = f"; {also} more refused requests asked for the same" if also else ""
        fact = f"the answer was {status}, and an event came: {came.topic}/{came.partition}@{came.offset}{others}"
        yield _verdict("PHANTOM_EVENT", request, f"{name} sends nothing for a request that it refuses", fact)


def _judge_event(product: Product, record: LogRecord) -> CaseVerdict | None:
    """INVALID_EVENT and WRONG_KEY: the event against schema, wire, headers and key of its contract."""
    expected = product.oracle.expect(record.record)
    rejection = expected.rejection
    if expected.expectation is not Expectation.INVALID or rejection is None:
        return None
    if rejection.code.startswith("unknown_schema_id") and product.contract.registry.auto_register:
        return None  # the sender registers its schemas itself, after we have looked
    wrong_key = rejection.code.partition(":")[0] in ("key_damage", "key_payload_mismatch")
    message = product.contract.message
    return CaseVerdict(
        code="WRONG_KEY" if wrong_key else "INVALID_EVENT",
        case="",
        kind=rejection.code,
        topic=record.topic,
        at=message.at,
        promised=f"the key of {record.topic} is {message.key_from}"
        if wrong_key
        else f"events on {record.topic} conform",
        seen=(f"{record.topic}/{record.partition}@{record.offset}: {rejection.reason}",),
        cause=rejection.path or rejection.code,
        record=record.record,
        evidence=(record,),
    )


def _with_request(verdict: CaseVerdict, record: LogRecord, requests: list[Request]) -> CaseVerdict:
    """The verdict on an event with the request that led to it, if that is known: a replay sends it again."""
    for request in requests:
        if record in request.events:
            requested = request.requested
            return msgspec.structs.replace(
                verdict, case=requested.case, note=requested.note, request=_text(requested), requested=requested
            )
    return verdict


def _text(requested: Requested) -> str:
    return f"{requested.method} {requested.url}\n" + requested.body.decode("utf-8", "backslashreplace")


def _verdict(code: str, request: Request, promised: str, fact: str) -> CaseVerdict:
    requested = request.requested
    return CaseVerdict(
        code=code,
        case=requested.case,
        kind=requested.kind,
        topic=requested.topic,
        at=request.product.send.at,
        promised=promised,
        seen=(fact,),
        note=requested.note,
        evidence=tuple(request.events[:2]),
        request=_text(requested),
        requested=requested,
    )
