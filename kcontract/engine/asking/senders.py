"""Verifying a sender: valid and invalid requests, and the events that must or must not come of them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence

from kcontract.engine.asking.acting import Actor, Bound
from kcontract.engine.asking.alone import Alone
from kcontract.engine.asking.ends import Ends
from kcontract.engine.settings import ServiceGone
from kcontract.engine.stage import Stage
from kcontract.generate.requests import RequestBody, RequestSource
from kcontract.judge.pace import Pace
from kcontract.judge.requests.request import Request
from kcontract.model import events as ev
from kcontract.model.case import VALID_KIND
from kcontract.model.contract import Contract, Send
from kcontract.model.naming import without_prefix
from kcontract.model.summary import Progress

_TIMEOUT = 30.0
_BATCH = 50
_REPEATS_AT_MOST = 20
"""Of a batch: so many valid requests without an event are made once more; of the others nothing is said."""
_COMMANDS = 24
"""So many bodies at most, of all sorts, for a command: each costs a process."""
_AT_ONCE, _VOLLEYS = 10, 2
"""Requests begun together; what is wrong with some of them counts if it is so with the next ones as well."""
_REFUSED_AGAIN = 3
"""Of a batch and an answer: so many refused valid requests are made once more, the smallest first."""
_ALONE = 2
"""Of a batch: so many requests are made alone, each twice, to see whether an event is theirs that ties to none."""
_SENTINELS = 3
"""So many may end the service, or go down with it, before a batch is given up."""


class SenderRun:
    """One sender of one topic. The service runs; the caller starts and stops it."""

    def __init__(self, stage: Stage, contract: Contract, send: Send) -> None:
        self._stage = stage
        self._contract = contract
        self._send = send
        self._actor = Actor(stage, contract, send)
        self._observer = stage.observer
        self._recorder = stage.tools.recorder
        self._book = stage.state.requests
        self._settings = stage.tools.settings
        self._ends = Ends(stage, (contract.topic, send.name), self._once_more)
        self._alone = Alone(stage, self._repeat)
        self._more: RequestSource | None = None
        self._accepted = 0
        self._made: list[str] = []
        self._pace = Pace()
        self.judged = 0
        """How many requests were judged."""
        self.not_sent: Counter[tuple[str, str]] = Counter()
        """How many requests of which kind were not judged, and why."""

    def run(self) -> None:
        """Send all requests in batches; each batch ends with a valid one whose event settles it.

        ServiceGone if the service exits for no request's sake, or refuses every valid one: then nothing was verified.
        """
        action = self._send.action
        if action is None or action.start:
            return
        source = self._source("requests", self._settings.max_examples)
        stored = self._settings.replay
        bodies = (
            [_stored_body(stored.request)]
            if stored and stored.request
            else [*self._settings.shard.share(source.bodies())]
        )
        if action.command:
            bodies = bodies[:: -(-len(bodies) // _COMMANDS)]
        for start in range(0, len(bodies), _BATCH):
            self._batch(source, bodies[start : start + _BATCH])
        if self._made and not self._accepted and not any(map(self._ends.is_fatal, self._made)):
            answers = ", ".join(f"{n} x {answer}" for answer, n in self._refused().items())
            raise ServiceGone(f"no valid request for {self._contract.topic} was accepted: {answers}", self._output())
        if action.http and not stored:
            self._at_once(source)
        self._tell_refused()

    @property
    def topic(self) -> str:
        return self._contract.topic

    @property
    def has_steps(self) -> bool:
        """Whether its requests need others before them."""
        return bool(self._send.given)

    def prepare(self) -> Bound:
        """Run the `given` steps; the names that they bind."""
        return self._actor.prepare(_TIMEOUT)

    def is_prepared(self, bound: Mapping[str, str]) -> bool:
        """Whether the steps have bound every name that the request's path needs."""
        return self._actor.is_prepared(bound)

    def ask(self, bound: Mapping[str, str], timeout: float) -> str:
        """One more ordinary, valid request after its steps, whether the service runs or not; its id."""
        if self._more is None:
            self._more = self._source("more", 1)
        return self._act(self._more.sentinel(), bound, timeout=timeout)

    def _source(self, purpose: str, max_examples: int) -> RequestSource:
        """Bodies for the sender's action; those for another purpose have other identities."""
        action, settings = self._send.action, self._settings
        return RequestSource(
            action.body if action else None,
            seed=settings.seed,
            run=settings.run,
            unit=f"{self._contract.topic}/{self._send.name}/{purpose}",
            max_examples=max_examples,
        )

    def _requests(self, cases: Iterable[str]) -> list[Request]:
        return [request for case in cases if (request := self._book.get(case)) is not None]

    def _refused(self) -> Counter[str]:
        return Counter(
            one.answer for one in self._requests(self._made) if one.valid and one.responded and not one.accepted
        )

    def _output(self) -> str:
        service = self._observer.service
        return service.output()[-4000:] if service else ""

    def _tell_refused(self) -> None:
        """A sender that refuses valid requests was tested with fewer of them; some refusals are no finding."""
        for answer, count in self._book.untold(self._contract.topic, self._send.name).items():
            what = f"{self._contract.topic}: the answer to {count} valid requests was {answer}"
            self._recorder.record(
                ev.Blind(self._recorder.now(), self._stage.unit.name, what, "state the rule in the body's schema")
            )

    def _batch(self, source: RequestSource, bodies: Sequence[RequestBody]) -> None:
        first = len(self._made)
        cases = self._ask(bodies)
        settled = self._settled(source, cases) if self._accepted or cases else ()
        if self._stage.out_of_time:  # what came late would be taken for missing
            self.not_sent.update((body.kind, "--max-time is over") for body in bodies)
            return
        self._recorder.record(ev.RequestsSettled(self._recorder.now(), settled))
        self.judged += len(settled) + sum(map(self._ends.is_fatal, self._made[first:]))
        done = len(self._made) - first
        self._recorder.progress(Progress(unit=self._stage.unit.name, phase="requesting", done=done, total=len(bodies)))

    def _ask(self, bodies: Sequence[RequestBody]) -> list[str]:
        """Requests one after the other; those that are to be judged by what came of them.

        What another one has taken along that ended the service is made again, once.
        """
        waiting, asked, retried = deque(bodies), dict[str, RequestBody](), set[RequestBody]()
        while waiting and not self._stage.out_of_time:
            body = waiting.popleft()
            why = self._ends.why_not(body, self._accepted)
            if why:
                self.not_sent[body.kind, why] += 1
                continue
            case = self._request(body)
            asked[case] = body
            if self._ends.has_come(case):
                self._ends.resolve(self._actor.last)
                left = [asked[one] for one in self._left_behind(asked)]
                waiting.extendleft(one for one in left if one not in retried)
                retried.update(left)
        return [case for case in asked if self._is_sound(case)]

    def _left_behind(self, cases: Iterable[str]) -> list[str]:
        """Cases without an answer, or an event, for the process ended, though not for their sake."""
        return [
            one.requested.case
            for one in self._requests(cases)
            if one.cut and not self._ends.is_fatal(one.requested.case)
        ]

    def _is_sound(self, case: str) -> bool:
        """Whether the service lived on with it."""
        return not self._ends.is_fatal(case) and not self._left_behind([case])

    def _at_once(self, source: RequestSource) -> None:
        """Requests that went well one by one, all together: what they share must not mix them up.

        What is missing is blamed only where something is missing of the next volley as well.
        """
        bodies = self._sound_bodies()
        asked: list[str] = []
        missing: list[set[str]] = []
        while len(bodies) > 1 and len(missing) < _VOLLEYS and not self._stage.out_of_time:
            made = self._actor.act_at_once([(body, self.prepare()) for body in bodies], _TIMEOUT)
            cases = [one.case for one in made]
            if self._ends.has_come(*cases):
                self._ends.resolve(self._actor.last)
                missing.append(set(cases))
                continue
            self._settle(source, cases)
            asked += cases
            missing.append({one.requested.case for one in self._book.missing()} & set(cases))
            if not missing[-1]:
                break
        if self._stage.out_of_time or not asked:
            return
        spared = set() if missing[-1] else set().union(*missing)
        settled = tuple(case for case in asked if case not in spared)
        self._recorder.record(ev.RequestsSettled(self._recorder.now(), settled))
        self._made += asked
        self.judged += len(settled)

    def _sound_bodies(self) -> list[RequestBody]:
        """Different valid bodies that each led to an event when sent alone; the last ones made, for these vary most."""
        sound = [one for one in self._requests(reversed(self._made)) if one.valid and one.accepted and one.events]
        bodies = [*dict.fromkeys(one.requested.body for one in sound)][:_AT_ONCE]
        note = f"one of {len(bodies)} requests begun together"
        return [RequestBody(kind=VALID_KIND, expectation="valid", body=body, note=note) for body in bodies]

    def _settled(self, source: RequestSource, cases: Sequence[str]) -> tuple[str, ...]:
        """The cases of which negatives may be stated: without those whose event was missing once, or is in doubt."""
        if not self._stage.out_of_time:
            self._settle(source, cases)
        ours = set(cases)
        missing = [request for request in self._book.missing() if request.requested.case in ours]
        tried, untried = missing[:_REPEATS_AT_MOST], missing[_REPEATS_AT_MOST:]
        again = {r.requested.case: self._repeat(r.requested) for r in tried if not self._stage.out_of_time}
        if again:
            self._settle(source, list(again.values()))
        self._ask_again(cases)
        spared = {case for case, copy in again.items() if self._book.has_event(copy) or self._left_behind([copy])}
        spared.update(request.requested.case for request in untried)
        spared.update(self._isolated([one for one in tried if one.requested.case not in spared]))
        return tuple(case for case in cases if case not in spared and self._is_sound(case))

    def _isolated(self, requests: Sequence[Request]) -> set[str]:
        """If events came that tie to none, the first ones alone: theirs may be among them. If one is, the others, of
        which nobody knows."""
        if not requests or not self._book.untied_since(requests[0].requested.at):
            return set()
        self._alone.ask(requests[:_ALONE])
        found = any(self._book.came_alone(one.requested.case) for one in requests)
        return {one.requested.case for one in requests[_ALONE:]} if found else set()

    def _ask_again(self, cases: Sequence[str]) -> None:
        """Valid requests that were refused are made once more, a few of each answer, and those that their command did
        not survive: once may be an accident."""
        refused = [one for one in self._requests(cases) if _is_doubtful(one)]
        tried: Counter[str] = Counter()
        for request in sorted(refused, key=lambda one: len(one.requested.body)):
            if tried[request.answer] < _REFUSED_AGAIN and not self._stage.out_of_time:
                tried[request.answer] += 1
                self._repeat(request.requested)

    def _settle(self, source: RequestSource, cases: Sequence[str]) -> None:
        """Wait for the events; once more where the service ends meanwhile. ServiceGone if it always does."""
        for _ in range(_SENTINELS):
            self._wait_for_events(source, cases)
            self._observer.look_at_process()
            if not self._stage.lifecycle.missing:
                return
            self._ends.resolve(self._actor.last)
        raise ServiceGone(f"the service exited after each of {_SENTINELS} ordinary requests", self._output())

    def _wait_for_events(self, source: RequestSource, cases: Sequence[str]) -> None:
        """At once if all have come, else until a later valid request has its own (§3)."""
        book = self._book
        ours = set(cases)
        due = lambda: not any(r.requested.case in ours for r in book.missing())  # noqa: E731
        self._observer.wait(due, self._recorder.now() + max(1.0, self._pace.stall / 3))
        sentinel = self._request(source.sentinel())
        patience = max(5.0, 20 * max(book.latencies, default=0.0))
        self._observer.wait(lambda: book.has_event(sentinel), self._recorder.now() + patience)
        quiet = self._recorder.now() + max(0.2, 4 * max(book.latencies[-200:], default=0.0))
        self._observer.wait(due, quiet)
        while self._recorder.now() < quiet and not self._stage.lifecycle.missing:
            self._observer.look()
        self._observer.drain(self._stage.left(_TIMEOUT))

    def _repeat(self, requested: ev.Requested) -> str:
        return self._request(_stored_body(requested), copy_of=requested.case)

    def _once_more(self, requested: ev.Requested) -> str:
        """The same request, whether the service runs or not."""
        return self._act(_stored_body(requested), self.prepare(), requested.copy_of or requested.case)

    def _request(self, body: RequestBody, copy_of: str = "") -> str:
        """Run the `given` steps, then the action; the id of its request. What it does not send when it has exited is no
        verdict on its events: so it is started again before."""
        self._observer.look_at_process()
        if self._stage.lifecycle.missing:
            self._ends.resolve(self._actor.last)
        return self._act(body, self.prepare(), copy_of)

    def _act(self, body: RequestBody, bound: Mapping[str, str], copy_of: str = "", timeout: float = _TIMEOUT) -> str:
        case = self._actor.act(body, bound, timeout, copy_of).case
        self._made.append(case)
        request = self._book.get(case)
        self._accepted += request is not None and request.valid and request.accepted
        return case


def is_asked(contract: Contract, send: Send, stage: Stage) -> bool:
    """Whether the run is about this sender: all of them, or the one whose stored request is sent again."""
    settings = stage.tools.settings
    stored = settings.replay
    if stored is None:
        return True
    name = stored.request.sender if stored.request is not None else ""
    return without_prefix(contract.topic, settings.run) == stored.topic and name in ("", send.name)


def _is_doubtful(one: Request) -> bool:
    return one.died is not None or (one.valid and one.turned_away and not one.excused)


def _stored_body(request: ev.Requested) -> RequestBody:
    return RequestBody(kind=request.kind, expectation=request.expectation, body=request.body, note=request.note)
