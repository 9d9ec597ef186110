"""One request to a sender: the steps before it, the action itself, and both told to the history."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from msgspec import structs

from kcontract.engine.stage import Stage
from kcontract.generate.requests import RequestBody, RequestSource
from kcontract.model import events as ev
from kcontract.model.contract import Action, Contract, Send
from kcontract.model.location import Location
from kcontract.model.service import Answer, HttpRequest
from kcontract.oracle.expressions import MISSING, Exchange, evaluate_exchange, parse_body, parse_named

_PART = re.compile(r"\{([^{}]+)\}")
"""`{id}` in a path, bound by the answer of a `given` step."""
_JSON = {"Content-Type": "application/json"}


class Bound(dict[str, str]):
    """Names that the answers of preparing steps have bound, and the steps that the judge was told of."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[str] = []


class Actor:
    """Performs the actions of one sender on the service that runs."""

    def __init__(self, stage: Stage, contract: Contract, send: Send) -> None:
        self._stage = stage
        self._contract = contract
        self._send = send
        self._base = f"http://127.0.0.1:{stage.lifecycle.port}"
        self._recorder = stage.tools.recorder
        self._sources: dict[Location, RequestSource] = {}
        self.last = ""
        """The request that was made last, in words."""

    def prepare(self, timeout: float) -> Bound:
        """Run the `given` steps, each at most `timeout` seconds; the names that they bind."""
        bound = Bound()
        for step in self._send.given:
            bound.update(self._step(step, bound, timeout))
        return bound

    def is_prepared(self, bound: Mapping[str, str]) -> bool:
        """Whether the steps have bound every name that the request's path needs."""
        action = self._send.action
        return action is not None and all(bound.get(name) for name in _PART.findall(action.http or ""))

    def act(self, body: RequestBody, bound: Mapping[str, str], timeout: float, copy_of: str = "") -> ev.Requested:
        """The sender's own action; what was requested. Its answer is in the history as well."""
        requested = _with(self._own(body, bound), copy_of=copy_of)
        self._perform(requested, self._action, bound, timeout)
        return requested

    def act_at_once(self, asked: Sequence[tuple[RequestBody, Mapping[str, str]]], timeout: float) -> list[ev.Requested]:
        """The sender's own action over HTTP, all requests begun together, each after its steps."""
        made: list[ev.Requested] = []
        calls: list[HttpRequest] = []
        for body, bound in asked:
            one = self._own(body, bound)
            headers, shown = self._headers(self._action, one, bound)
            self._recorder.record(_with(one, headers=tuple(shown.items())))
            made.append(one)
            calls.append(HttpRequest(one.method, one.url, headers, one.body))
        self.last = f"{len(calls)} requests at once"
        answers = self._stage.tools.trigger.at_once(calls, self._stage.left(timeout))
        for one, answer in zip(made, answers, strict=True):
            self._tell(one, answer)
        self._stage.observer.look(0)
        return made

    @property
    def _action(self) -> Action:
        assert self._send.action is not None  # noqa: S101 - only senders with an action are run
        return self._send.action

    def _own(self, body: RequestBody, bound: Mapping[str, str]) -> ev.Requested:
        """A request of the sender's own action, not made yet."""
        steps = tuple(bound.steps) if isinstance(bound, Bound) else ()
        requested = self._requested(self._contract.topic, self._send.name, self._action, body, bound)
        return _with(requested, steps=steps)

    def _step(self, step: Action, bound: Bound, timeout: float) -> dict[str, str]:
        """A preparing action; the names that its answer binds for later ones.

        `bind` says which; without it every member of the answer's object can be named. An action that is some
        sender's own has its event, of which the judge is told.
        """
        topic, name = self._sender_of(step)
        body = self._source_of(step).sentinel()
        requested = _with(self._requested(topic, name, step, body, bound), is_step=True)
        if topic:
            bound.steps.append(requested.case)
            answer = self._perform(requested, step, bound, timeout)
        else:
            answer = self._answer(requested, step, self._headers(step, requested, bound)[0], bound, timeout)
        exchange = _exchange(requested, answer)
        if step.bind:
            return {name: _text(evaluate_exchange(expression, exchange)) for name, expression in step.bind}
        answered = exchange.response_body
        return {name: _text(value) for name, value in answered.items()} if isinstance(answered, dict) else {}

    def _source_of(self, step: Action) -> RequestSource:
        if step.at not in self._sources:
            settings, unit = self._stage.tools.settings, f"{self._stage.unit.name}/{self._send.name}/{step.at}"
            self._sources[step.at] = RequestSource(
                step.body, seed=settings.seed, run=settings.run, unit=unit, max_examples=1
            )
        return self._sources[step.at]

    def _sender_of(self, step: Action) -> tuple[str, str]:
        """Topic and name of the unit's sender whose own action the step is."""
        for contract, send in self._stage.unit.sends:
            if send.action is not None and send.where is not None and _essence(send.action) == _essence(step):
                return contract.topic, send.name
        return "", ""

    def _requested(
        self, topic: str, sender: str, action: Action, body: RequestBody, bound: Mapping[str, str]
    ) -> ev.Requested:
        method, url, path = self._target(action, body.body, bound)
        case = f"{topic}#{self._stage.state.requests.next_number}"
        return ev.Requested(
            self._recorder.now(), case, body.kind, body.expectation, topic, method, url, body.body,
            path=tuple(path.items()), note=body.note, sender=sender,
        )  # fmt: skip

    def _perform(self, requested: ev.Requested, action: Action, bound: Mapping[str, str], timeout: float) -> Answer:
        headers, shown = self._headers(action, requested, bound)
        self._recorder.record(_with(requested, headers=tuple(shown.items())))
        self.last = (
            f"{requested.method} {requested.url} ({requested.kind}{': ' * bool(requested.note)}{requested.note})"
        )
        answer = self._answer(requested, action, headers, bound, timeout)
        self._tell(requested, answer)
        self._stage.observer.look(0)
        return answer

    def _tell(self, requested: ev.Requested, answer: Answer) -> None:
        what = (answer.status, answer.body, answer.error, answer.retry_after, answer.exit_code, answer.hung_up)
        self._recorder.record(ev.Responded(self._recorder.now(), requested.case, *what))

    def _answer(
        self,
        requested: ev.Requested,
        action: Action,
        headers: Mapping[str, str],
        bound: Mapping[str, str],
        timeout: float,
    ) -> Answer:
        tools, left, body = self._stage.tools, self._stage.left(timeout), requested.body
        if action.http is not None:
            return tools.trigger.request(requested.method, requested.url, headers, body, left)
        if tools.actions is None or not action.command:
            return Answer(0, error="nothing to run")
        resolve = _resolve(requested.body, bound)
        return tools.actions.run(self._stage.unit.run, action.command, self._values(bound), resolve, body, left)

    def _headers(
        self, action: Action, requested: ev.Requested, bound: Mapping[str, str]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """A request's headers, filled, and as reports may show them."""
        if action.http is None:
            return {}, {}
        actions, resolve = self._stage.tools.actions, _resolve(requested.body, bound)
        if actions is None:
            return _JSON | dict(action.headers), _JSON | dict(action.headers)
        pairs = [(name, actions.fill(text, self._values(bound), resolve)) for name, text in action.headers]
        return (
            _JSON | {name: filled for name, (filled, _) in pairs},
            _JSON | {name: shown for name, (_, shown) in pairs},
        )

    def _values(self, bound: Mapping[str, str]) -> dict[str, str]:
        return {**self._stage.lifecycle.values, **bound}

    def _target(self, action: Action, body: bytes, bound: Mapping[str, str]) -> tuple[str, str, dict[str, str]]:
        """Method, URL and the path's named parts; of a command its words."""
        if action.http is None:
            return "RUN", " ".join(action.command), {}
        method, _, path = action.http.partition(" ")
        resolve = _resolve(body, bound)
        named = {name: resolve(name) if name.startswith("$") else bound.get(name, "") for name in _PART.findall(path)}
        return method, self._base + _PART.sub(lambda match: quote(named[match[1]], safe=""), path), named


def _resolve(body: bytes, bound: Mapping[str, str]) -> Callable[[str], str]:
    """What the expressions of an action's templates say: of its own body, and of what the steps have bound."""
    exchange = Exchange(request_body=parse_body(body), path=bound)
    return lambda text: _text(evaluate_exchange(parse_named(text), exchange))


def _exchange(requested: ev.Requested, answer: Answer) -> Exchange:
    return Exchange(
        request_body=parse_body(requested.body),
        path=dict(requested.path),
        status=answer.status,
        response_body=parse_body(answer.body),
    )


def _essence(action: Action) -> tuple[object, ...]:
    """What makes two actions the same, however their path's parts are named."""
    body = action.body.text if action.body is not None else None
    return _PART.sub("{}", action.http or ""), body, action.command, action.start


def _text(value: object) -> str:
    if value is MISSING:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _with(requested: ev.Requested, **changes: Any) -> ev.Requested:
    return structs.replace(requested, **changes)
