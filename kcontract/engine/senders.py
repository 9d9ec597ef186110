"""Verifying a sender: valid and invalid requests, and the events that must or must not come of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from kcontract.engine.settings import ServiceGone
from kcontract.engine.stage import Stage
from kcontract.generate.requests import RequestBody, RequestSource
from kcontract.judge.pace import Pace
from kcontract.model import events as ev
from kcontract.model.contract import Action, Contract, Send
from kcontract.model.location import Location
from kcontract.model.summary import Progress
from kcontract.oracle.expressions import Exchange, evaluate_exchange, parse_body

_TIMEOUT = 30.0
_BATCH = 50
_REPEATS_AT_MOST = 20
"""Of a batch: so many valid requests without an event are made once more; of the others nothing is said."""
_PART = re.compile(r"\{([^{}]+)\}")
"""`{id}` in a path, bound by the answer of a `given` step."""


class SenderRun:
    """One sender of one topic. The service runs; the caller starts and stops it."""

    def __init__(self, stage: Stage, contract: Contract, send: Send) -> None:
        self._stage = stage
        self._contract = contract
        self._send = send
        self._base = f"http://127.0.0.1:{stage.lifecycle.port}"
        self._trigger = stage.tools.trigger
        self._observer = stage.observer
        self._recorder = stage.tools.recorder
        self._state = stage.state
        self._settings = stage.tools.settings
        self._number = 0
        self._accepted = 0
        self._last = ""
        """The request that was made last, in words."""
        self._pace = Pace()
        self._steps: dict[Location, RequestSource] = {}
        self._more: RequestSource | None = None
        self.judged = 0
        """How many requests were judged."""
        self.not_sent: Counter[tuple[str, str]] = Counter()
        """How many requests of which kind were not judged, and why."""

    def run(self) -> None:
        """Send all requests in batches; each batch ends with a valid one whose event settles it.

        ServiceGone if the service exits, or refuses every valid request: then nothing was verified.
        """
        action = self._send.action
        if action is None or action.http is None:
            return
        source = RequestSource(action.body, seed=self._settings.seed, max_examples=self._settings.max_examples)
        stored = self._settings.replay
        bodies = (
            [_stored_body(stored.request)]
            if stored and stored.request
            else [*self._settings.shard.share(source.bodies())]
        )
        for start in range(0, len(bodies), _BATCH):
            self._batch(action, source, bodies[start : start + _BATCH])
        if self._number and not self._accepted:
            answers = ", ".join(f"{n} x {status or 'no answer'}" for status, n in self._refused().items())
            raise ServiceGone(f"no valid request for {self._contract.topic} was accepted: {answers}", self._output())
        self._tell_refused()

    @property
    def topic(self) -> str:
        return self._contract.topic

    @property
    def has_steps(self) -> bool:
        """Whether its requests need others before them."""
        return bool(self._send.given)

    def prepare(self) -> dict[str, str]:
        """Run the `given` steps; the names that they bind."""
        bound: dict[str, str] = {}
        for step in self._send.given:
            bound |= self._step(step, bound)
        return bound

    def is_prepared(self, bound: Mapping[str, str]) -> bool:
        """Whether the steps have bound every name that the request's path needs."""
        action = self._send.action
        return action is not None and all(bound.get(name) for name in _PART.findall(action.http or ""))

    def ask(self, bound: Mapping[str, str], timeout: float) -> str:
        """One more ordinary, valid request after its steps, whether the service runs or not; its id."""
        action = self._send.action
        assert action is not None  # noqa: S101 - only senders that have made requests are asked for more
        if self._more is None:
            self._more = RequestSource(action.body, seed=self._settings.seed, max_examples=1)
        return self._act(action, self._more.sentinel(), bound, timeout=timeout)

    def _refused(self) -> Counter[int]:
        return self._state.requests.refused()

    def _output(self) -> str:
        service = self._observer.service
        return service.output()[-4000:] if service else ""

    def _tell_refused(self) -> None:
        """A sender that refuses valid requests was tested with fewer of them."""
        for status, count in self._refused().items():
            what = f"{self._contract.topic}: {count} valid requests were answered with {status or 'no answer'}"
            self._recorder.record(
                ev.Blind(self._recorder.now(), self._stage.unit.name, what, "state the rule in the body's schema")
            )

    def _batch(self, action: Action, source: RequestSource, bodies: Sequence[RequestBody]) -> None:
        first = self._number
        cases = [self._request(action, body) for body in bodies if not self._stage.out_of_time]
        settled = self._settled(action, source, cases)
        if self._stage.out_of_time:  # what came late would be taken for missing
            self.not_sent.update((body.kind, "--max-time is over") for body in bodies)
            return
        self._recorder.record(ev.RequestsSettled(self._recorder.now(), settled))
        self.judged += len(settled)
        self._recorder.progress(
            Progress(unit=self._stage.unit.name, phase="requesting", done=self._number - first, total=len(bodies))
        )

    def _settled(self, action: Action, source: RequestSource, cases: Sequence[str]) -> tuple[str, ...]:
        """The cases of which negatives may be stated: without those whose event was missing once, or is in doubt."""
        book = self._state.requests
        if not self._stage.out_of_time:
            self._settle(action, source, cases)
        missing = [request for request in book.missing() if request.requested.case in set(cases)]
        tried, untried = missing[:_REPEATS_AT_MOST], missing[_REPEATS_AT_MOST:]
        again = {r.requested.case: self._repeat(action, r.requested) for r in tried if not self._stage.out_of_time}
        if again:
            self._settle(action, source, list(again.values()))
        spared = {case for case, copy in again.items() if book.has_event(copy)}
        spared.update(request.requested.case for request in untried)
        return tuple(case for case in cases if case not in spared)

    def _settle(self, action: Action, source: RequestSource, cases: Sequence[str]) -> None:
        """Wait for the events: at once if all have come, else until a later valid request has its own (§3)."""
        book = self._state.requests
        due = lambda: not any(r.requested.case in cases for r in book.missing())  # noqa: E731
        self._observer.wait(due, self._recorder.now() + max(1.0, self._pace.stall / 3))
        sentinel = self._request(action, source.sentinel())
        patience = max(5.0, 20 * max(book.latencies, default=0.0))
        self._observer.wait(lambda: book.has_event(sentinel), self._recorder.now() + patience)
        quiet = self._recorder.now() + max(0.2, 4 * max(book.latencies[-200:], default=0.0))
        self._observer.wait(due, quiet)
        while self._recorder.now() < quiet and not self._observer.exited:
            self._observer.look()
        self._observer.drain(self._stage.left(_TIMEOUT))
        self._check_alive()

    def _check_alive(self) -> None:
        """Raises ServiceGone if the service has exited: what it does not send then is no verdict on its events."""
        self._observer.look_at_process()
        if self._observer.exited:
            raise ServiceGone(f"the service exited after {self._last or 'its start'}", self._output())

    def _repeat(self, action: Action, requested: ev.Requested) -> str:
        body = RequestBody(kind=requested.kind, expectation="valid", body=requested.body, note=requested.note)
        return self._request(action, body, copy_of=requested.case)

    def _request(self, action: Action, body: RequestBody, copy_of: str = "") -> str:
        """Run the `given` steps, then the action; the id of its request."""
        self._check_alive()
        return self._act(action, body, self.prepare(), copy_of, _TIMEOUT)

    def _act(
        self, action: Action, body: RequestBody, bound: Mapping[str, str], copy_of: str = "", timeout: float = _TIMEOUT
    ) -> str:
        self._number += 1
        case = f"{self._contract.topic}#{self._number}"
        method, url, path = self._target(action, bound)
        headers = {"Content-Type": "application/json", **dict(action.headers)}
        event = ev.Requested(
            self._recorder.now(), case, body.kind, body.expectation, self._contract.topic, method, url, body.body,
            headers=tuple(headers.items()), path=tuple(path.items()), note=body.note, copy_of=copy_of,
        )  # fmt: skip
        self._recorder.record(event)
        self._last = f"{method} {url} ({body.kind}{': ' * bool(body.note)}{body.note})"
        answer = self._trigger.request(method, url, headers, body.body, self._stage.left(timeout))
        self._accepted += body.expectation == "valid" and 200 <= answer.status < 300
        self._recorder.record(ev.Responded(self._recorder.now(), case, answer.status, answer.body, answer.error))
        self._observer.look(0)
        return case

    def _step(self, step: Action, bound: Mapping[str, str]) -> dict[str, str]:
        """A preparing request; the names that its answer binds for later paths.

        `bind` says which; without it every member of the answer's object can be named.
        """
        method, url, path = self._target(step, bound)
        source = self._steps.setdefault(step.at, RequestSource(step.body, seed=self._settings.seed, max_examples=1))
        body = source.sentinel().body
        headers = {"Content-Type": "application/json", **dict(step.headers)}
        answer = self._trigger.request(method, url, headers, body, self._stage.left(_TIMEOUT))
        exchange = Exchange(
            request_body=parse_body(body), path=path, status=answer.status, response_body=parse_body(answer.body)
        )
        if step.bind:
            return {name: _text(evaluate_exchange(expression, exchange)) for name, expression in step.bind}
        answered = exchange.response_body
        return {name: _text(value) for name, value in answered.items()} if isinstance(answered, dict) else {}

    def _target(self, action: Action, bound: Mapping[str, str]) -> tuple[str, str, dict[str, str]]:
        """Method, URL and the path's named parts."""
        method, _, path = (action.http or "").partition(" ")
        named = {name: bound.get(name, "") for name in _PART.findall(path)}
        return method, self._base + _PART.sub(lambda match: quote(named[match[1]], safe=""), path), named


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _stored_body(request: ev.Requested) -> RequestBody:
    return RequestBody(kind=request.kind, expectation=request.expectation, body=request.body, note=request.note)
