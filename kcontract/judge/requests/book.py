"""Which event belongs to which request of a unit's senders, and what has settled (ORACLE.md §6, producers)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kcontract.judge.promises import Product, Promises
from kcontract.judge.requests.event_verdicts import event_verdict, subject_verdict
from kcontract.judge.requests.index import RequestIndex
from kcontract.judge.requests.request import Request
from kcontract.judge.requests.subjects import NamedSchemas
from kcontract.judge.requests.verdicts import (
    BY_ANSWER,
    BY_ITSELF,
    accepted_invalid,
    died_alone,
    duplicate_event,
    no_event,
    other_event,
    phantom_event,
    refused_valid,
    with_request,
    wrong_order,
    wrong_topic,
)  # fmt: skip
from kcontract.model.events import AskedAlone, Requested, RequestsSettled, Responded, Seen
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import LogRecord
from kcontract.model.registry import RegisteredSchema
from kcontract.oracle.effects import EffectOracle
from kcontract.oracle.expressions import MISSING

__all__ = ["Request", "RequestBook"]

_STRAYS = 1_000
"""So many records on topics of nobody are kept to look an event up among them."""


class RequestBook:
    """The requests of a unit's senders and the events on their topics."""

    def __init__(self, promises: Promises) -> None:
        self._promises = promises
        self._requests: dict[str, Request] = {}
        self._index = {topic: RequestIndex(one.oracle.shapes) for topic, one in promises.products.items()}
        self._readers = {topic: _reader(one, promises.registered) for topic, one in promises.products.items()}
        self._orphans: dict[str, list[tuple[float, LogRecord]]] = {topic: [] for topic in promises.products}
        """Events that no request explains yet."""
        self._strays: list[tuple[float, LogRecord]] = []
        self._open: dict[str, Request] = {}
        """Accepted valid requests whose event has not come."""
        self._latest: dict[str, Request] = {}
        """The request to which the next event belongs, where any does."""
        self._unaccepted: dict[str, list[Request]] = {}
        """What was refused, or not answered: an event may be theirs all the same."""
        self._copies: dict[str, list[Request]] = {}
        self._settled: dict[str, Request] = {}
        self._told: set[tuple[str, str]] = set()
        self._unchecked: list[LogRecord] = []
        self._begun: set[str] = set()
        self._steps_send: set[str] = set()
        """Topics to which preparing steps send as well, though no sender of the unit declares them."""
        self._schemas = NamedSchemas(promises.registered)
        self._alone: dict[str, list[tuple[float, LogRecord]]] = {}
        """By request: the events that tie to none, each of which came alone when it was made alone."""
        self._tied_at = -1.0
        self._life = 0
        """Of the service, counted by its starts."""
        self._of_this_life: list[Request] = []
        self.events = 0
        """How many came to our topics."""
        self.latencies: list[float] = []
        self.unexplained: Counter[str] = Counter()
        """Events by topic that tie to no request."""

    def requested(self, event: Requested) -> None:
        """A request is made. What was on its topic before the first one came of another sender's `given` steps."""
        if event.topic not in self._begun:
            self._begun.add(event.topic)
            self._orphans[event.topic].clear()
        product = self._promises.product(event.topic, event.sender)
        request = self._requests[event.case] = Request(event, product, len(self._requests), event.case)
        for step in self._steps(request):
            step.chain = event.case
        self._of_this_life.append(request)
        if event.copy_of:
            self._copies.setdefault(event.copy_of, []).append(request)
        if product.takes_any:
            self._latest[event.topic] = request

    def responded(self, event: Responded) -> None:
        """The answer tells which event belongs to it; that one may have come before."""
        request = self._requests.get(event.case)
        if request is None:
            return
        request.responded = event
        topic = request.requested.topic
        if not request.accepted:
            self._unaccepted.setdefault(topic, []).append(request)
            return
        self._index[topic].add(request)
        if request.valid and not request.events and not request.requested.is_step:
            self._open[event.case] = request
        for orphan in [one for one in self._since(request) if request.explains(self._payload(one[1]))]:
            self._orphans[topic].remove(orphan)
            self._credit(request, *orphan)

    def _since(self, request: Request) -> list[tuple[float, LogRecord]]:
        """What ties to no request and has come since it was made: what came before is not its own."""
        return [one for one in self._orphans[request.requested.topic] if one[0] >= request.requested.at]

    def seen(self, event: Seen) -> None:
        """An event on a topic of ours."""
        record = event.record
        self.events += 1
        self._unchecked.append(record)
        self._schemas.name(record)
        owner = self._latest.get(record.topic) or self._owner(record.topic, self._payload(record))
        if owner is not None:
            self._credit(owner, event.at, record)
        else:
            self._orphans[record.topic].append((event.at, record))

    def started(self) -> None:
        """The service has a new process."""
        self._life += 1
        self._of_this_life.clear()

    def exited(self) -> None:
        """The service's process has ended by itself."""
        for request in self._of_this_life:
            request.outlived = False

    def strayed(self, event: Seen) -> None:
        """A record on a topic that no contract of the unit names."""
        if self._requests and len(self._strays) < _STRAYS:
            self._strays.append((event.at, event.record))

    def untied_since(self, at: float) -> list[tuple[float, LogRecord]]:
        """What has come from then on, and ties to no request."""
        return [one for some in (*self._orphans.values(), self._strays) for one in some if one[0] >= at]

    def asked_alone(self, event: AskedAlone) -> None:
        """One request was made alone: the only event that came of it, if it ties to none, may be its own."""
        request, came = self._requests.get(event.case), self.untied_since(event.since)
        if request is None or len(came) != 1 or came[0][0] < request.requested.at:
            return
        if self._tied_at < event.since:
            self._alone.setdefault(request.root, []).append(came[0])

    def came_alone(self, case: str) -> bool:
        """Whether it was seen twice that the request leads to one event, which does not say whose it is."""
        return len(self._alone.get(case, ())) > 1

    def learn(self, entries: Sequence[RegisteredSchema]) -> None:
        """The registry holds these as well."""
        self._schemas.learn(entries)

    @property
    def count(self) -> int:
        """How many requests were made, preparing ones left out."""
        return sum(not request.requested.is_step for request in self._requests.values())

    @property
    def next_number(self) -> int:
        """For the name of one more request."""
        return len(self._requests) + 1

    def get(self, case: str) -> Request | None:
        """The request of that id."""
        return self._requests.get(case)

    def has_event(self, case: str) -> bool:
        request = self._requests.get(case)
        return request is not None and bool(request.events)

    def missing(self) -> tuple[Request, ...]:
        """Accepted valid requests whose event has not come, preparing ones left out."""
        return tuple(self._open.values())

    def refused(self) -> Counter[str]:
        """How many valid requests were not accepted, by their answers."""
        return Counter(request.answer for request in self._refusals())

    def untold(self, topic: str, sender: str) -> Counter[str]:
        """Of one sender: those of which no verdict tells."""
        told = {self._requests[case].answer for code, case in self._told if code == "REFUSED_VALID"}
        refusals = [one for one in self._refusals() if (one.requested.topic, one.product.send.name) == (topic, sender)]
        return Counter(request.answer for request in refusals if request.answer not in told)

    def _refusals(self) -> list[Request]:
        asked = [one for one in self._requests.values() if one.valid and one.responded and not one.accepted]
        return [one for one in asked if not one.requested.copy_of and not one.cut]

    def _payload(self, record: LogRecord) -> Any:
        return self._read(record.topic, record)

    def _read(self, topic: str, record: LogRecord) -> Any:
        """As an event of that topic, MISSING if it cannot be read. One that names a schema nobody knows is tied all the
        same: by the contract's own schema, if that fits."""
        payload = self._promises.products[topic].oracle.read_leniently(record.record)
        return self._readers[topic].read(record.record) if payload is MISSING else payload

    def _owner(self, topic: str, payload: Any) -> Request | None:
        """Whose event it is: of several the latest that lacks one, of its chain the first; else the latest."""
        found = self._index[topic].explaining(payload)
        lacking = [request for request in found if not request.events]
        if lacking:
            return next(request for request in lacking if request.chain == lacking[-1].chain)
        return found[-1] if found else None

    def _credit(self, request: Request, at: float, record: LogRecord) -> None:
        """What a later process sends once more is a repeat, not a second event: it could not know of the first one."""
        if request.events and request.life != self._life:
            return
        request.life, self._tied_at = self._life, max(at, self._tied_at)
        request.events.append(record)
        self._open.pop(request.requested.case, None)
        if request.event_at is None:
            request.event_at = at
            self.latencies.append(max(0.0, at - request.requested.at))

    def settle(self, event: RequestsSettled) -> Iterator[CaseVerdict]:
        """The verdicts of these requests, now that negatives may be stated, and of events against their schema."""
        requests = [self._requests[case] for case in event.cases if case in self._requests]
        self._settled.update((request.requested.case, request) for request in requests)
        verdicts = [verdict for request in requests for verdict in self._judge(request)]
        for topic in dict.fromkeys(request.requested.topic for request in requests):
            verdicts += self._phantoms(topic, [request for request in requests if request.refused])
        verdicts += [accepted_invalid(one) for one in requests if _is_waved_through(one)]
        for record in self._unchecked:
            verdict = event_verdict(self._promises.products[record.topic], record)
            if verdict is not None:
                verdicts.append(with_request(verdict, record, requests))
        self._unchecked.clear()
        yield from self._once(verdicts)

    def ended(self) -> Iterator[CaseVerdict]:
        """What shows late: second events, and under which subjects schemas stand in the end."""
        yield from self._once(self._duplicates(self._settled.values()))
        for topic, product in self._promises.products.items():
            yield from subject_verdict(product, self._schemas, topic)

    def _once(self, verdicts: Iterable[CaseVerdict]) -> Iterator[CaseVerdict]:
        for verdict in verdicts:
            if not verdict.case or (verdict.code, verdict.case) not in self._told:
                self._told.add((verdict.code, verdict.case))
                yield verdict

    def _judge(self, request: Request) -> Iterator[CaseVerdict]:
        if request.valid and request.accepted:
            if not request.events and request.can_be_tied():
                yield from self._without_event(request)
            yield from self._duplicates([request])
            yield from wrong_order([*self._steps(request), request])
        elif request.events:
            yield phantom_event(request)
        copies = self._copies.get(request.requested.case, ())
        if request.died is not None:
            yield from died_alone(request, copies)
        elif request.valid and request.turned_away:
            yield from refused_valid(request, copies)

    def _without_event(self, request: Request) -> Iterator[CaseVerdict]:
        """An event that is the request's by what it is called, and against its contract, is told as that only."""
        stray = self._find_stray(request)
        if stray is not None:
            yield wrong_topic(request, stray)
            return
        for at, record in self._since(request):
            payload = self._payload(record)
            if not (request.is_keyed_by(record.record.key) if payload is MISSING else request.is_named_by(payload)):
                continue
            yield from self._its_own(request, (at, record), BY_ANSWER)
            return
        if self.came_alone(request.requested.case):
            yield from self._its_own(request, self._alone[request.requested.case][0], BY_ITSELF)
        else:
            yield no_event(request)

    def _its_own(self, request: Request, came: tuple[float, LogRecord], how: str) -> Iterator[CaseVerdict]:
        """The verdict on an event that does not say what the request asked for; none if another one says why."""
        at, record = came
        if record.topic != request.requested.topic:
            yield wrong_topic(request, record)
        elif event_verdict(request.product, record) is None:
            yield other_event(request, record, self._payload(record), how)
        else:
            self._credit(request, at, record)
        self._orphans[request.requested.topic] = [
            one for one in self._orphans[request.requested.topic] if one[1] is not record
        ]

    def _find_stray(self, request: Request) -> LogRecord | None:
        """The request's event on a topic of nobody, or of another sender; it is no event of that one then."""
        own = request.requested.topic
        if request.product.takes_any:
            return None
        orphans = [one for topic, some in self._orphans.items() if topic != own for one in some]
        for _, record in (*self._strays, *orphans):
            if request.explains(self._read(own, record)):
                self._forget(record)
                return record
        return None

    def _forget(self, record: LogRecord) -> None:
        for some in (*self._orphans.values(), self._strays):
            some[:] = [one for one in some if one[1] is not record]
        self._unchecked[:] = [one for one in self._unchecked if one is not record]

    def _duplicates(self, requests: Iterable[Request]) -> Iterator[CaseVerdict]:
        for request in requests:
            if len(request.events) > 1 and request.valid and request.accepted and not request.product.takes_any:
                spare, peers = self._spare(request), self._peers(request)
                if sum(len(peer.events) for peer in peers) > len(peers) + spare:
                    yield from duplicate_event(request)

    def _peers(self, request: Request) -> list[Request]:
        """All requests that could have led to its event; refused ones too where nothing but bodies tells them apart."""
        topic = request.requested.topic
        payload = self._payload(request.events[0])
        others = () if request.is_unique() else self._unaccepted.get(topic, ())
        return [*self._index[topic].explaining(payload), *(one for one in others if one.agrees(payload))]

    def _spare(self, request: Request) -> int:
        """How many events may come of preparing steps that no sender of the unit declares as its own."""
        return len(request.product.send.given) - len(self._steps(request))

    def _steps(self, request: Request) -> list[Request]:
        """The requests that prepared it, as far as they were told."""
        return [self._requests[case] for case in request.requested.steps if case in self._requests]

    def _phantoms(self, topic: str, refused: list[Request]) -> Iterator[CaseVerdict]:
        """Events that no accepted request explains, and that say what a refused one asked for.

        One that holds what the answer to an accepted request told is that one's, even if it says else what nobody
        asked for: `true` was taken for 1.
        """
        orphans, self._orphans[topic] = [(*one, self._payload(one[1])) for one in self._orphans[topic]], []
        self._learn_of_steps(topic, [payload for _, _, payload in orphans])
        for at, record, payload in orphans:
            owner = self._named_by(topic, payload)
            if owner is not None and not owner.valid:
                owner.events.append(record)
                yield phantom_event(owner)
                continue
            suspects = [request for request in refused if request.agrees(payload) and request.requested.at <= at]
            if any(self._excuse(one) for one in ([owner] if owner else suspects)):
                continue
            silent = [one for one in self._unaccepted.get(topic, ()) if not one.status and one.agrees(payload)]
            if any(one.cut for one in silent):
                continue  # nothing can be said of a request that its process did not survive
            if silent:
                suspects = []
            suspects = [one for one in suspects if one.tells_body() or self._spare(one) <= 0]
            if any(one.says_as_asked(payload) for one in self._lacking(topic, at)):
                suspects = []  # it may be theirs, with another identity
            if suspects and owner is None:
                suspects[0].events.append(record)
                yield phantom_event(suspects[0], also=len(suspects) - 1)
            elif owner is None and not any(map(self.came_alone, self._alone)):
                self.unexplained[topic] += 1

    def _lacking(self, topic: str, at: float) -> Iterator[Request]:
        """Accepted requests made by then that have no event."""
        return (one for one in self._index[topic].all if one.valid and not one.events and one.requested.at <= at)

    def _named_by(self, topic: str, payload: Any) -> Request | None:
        """The accepted request whose answer or path the event holds."""
        return next((one for one in self._index[topic].all if one.is_named_by(payload)), None)

    def _learn_of_steps(self, topic: str, orphans: Sequence[Any]) -> None:
        """Whether preparing steps have events here: an accepted request has one beside its own."""
        if topic in self._steps_send:
            return
        requests = [one for one in self._index[topic].all if one.valid and one.events and self._spare(one) > 0]
        beside = any(one.is_named_by(payload) for one in requests for payload in orphans)
        if beside or any(len(one.events) > 1 for one in requests):
            self._steps_send.add(topic)

    def _excuse(self, request: Request) -> bool:
        """Whether the event may be that of a step before the request; each step excuses one."""
        if request.requested.topic not in self._steps_send or request.excused_events >= self._spare(request):
            return False
        request.excused_events += 1
        return True


def _is_waved_through(request: Request) -> bool:
    """Whether the caller of an invalid request was told that all is well, and nothing came of it."""
    return not request.valid and request.accepted and not request.events


def _reader(product: Product, registered: Sequence[RegisteredSchema]) -> EffectOracle:
    return EffectOracle(product.contract.message.payload, None, registered)
