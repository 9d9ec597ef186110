"""Which records a unit's probes are asked about, with what, and what they have said so far."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.promises import Output, Promises
from kcontract.judge.view import View, in_words, view_of
from kcontract.model.case import Case, Expectation, Role
from kcontract.model.contract import Probe
from kcontract.model.events import Probed, Purpose
from kcontract.oracle.expressions import MISSING, evaluate, parse_named

_EXPRESSION = re.compile(r"\{(\$[^{}]*)\}")
_COMMANDS_AT_MOST = 300
"""A process for each question: further cases of a unit are not asked for."""
_NOT_ASKED: tuple[Purpose, ...] = ("load", "growth")


class Views:
    """The probes of one unit. Only a record that its question names by something fresh is asked for: whatever comes
    then is its own."""

    def __init__(self, promises: Promises) -> None:
        self._outputs = promises.probes
        self._controls: dict[str, Probed] = {}
        self._blind: dict[str, tuple[str, str]] = {}
        """By topic: a probe that shows nothing."""
        self._tokens: dict[tuple[str, str], int] = {}
        """Which of a record's tokens an expression of the probe names."""
        self._asked: Counter[str] = Counter()
        self._ever: set[str] = set()
        self._left_out: Counter[str] = Counter()
        self._unclear: dict[str, str] = {}
        """Records for which the probe failed, and how."""

    def __bool__(self) -> bool:
        return bool(self._outputs)

    def asks(self, topic: str) -> bool:
        """Whether its records can be seen through a probe, as far as that is known."""
        return topic in self._ever and topic not in self._blind

    def has_control(self, topic: str) -> bool:
        """Whether it is known what the probe says of a record that was never sent."""
        return topic in self._controls

    @property
    def failure(self) -> str:
        """Why the probe gave no answer for some record; empty if it always did."""
        return next(iter(self._unclear.values()), "")

    def expect(self, delivery: Delivery, purpose: Purpose) -> None:
        """A record is about to be sent: is its probe asked, and must it show the record?"""
        output = self._outputs.get(delivery.case.topic)
        if output is None or purpose in _NOT_ASKED or delivery.case.topic in self._blind:
            return
        if (
            delivery.case.role is Role.REPEAT
            or not self._may_ask(delivery, output)
            or self.question(output, delivery.case, delivery.payload()) is None
        ):
            return
        delivery.probe = output
        self._ever.add(delivery.case.topic)
        if delivery.expectation is Expectation.VALID:
            delivery.wanted = (*delivery.wanted, output)

    def _may_ask(self, delivery: Delivery, output: Output) -> bool:
        """Commands are dear."""
        if output.probe is None or not output.probe.command or delivery.case.role is not Role.CASE:
            return True
        self._asked[delivery.case.topic] += 1
        over = self._asked[delivery.case.topic] > _COMMANDS_AT_MOST
        self._left_out[delivery.case.topic] += over
        return not over

    def question(self, output: Output, case: Case, payload: Any) -> Mapping[str, str] | None:
        """What the expressions of the probe stand for; None if it would not name this very record."""
        probe = output.probe
        if probe is None:
            return None
        if probe.function is not None:
            text = "" if payload is MISSING else json.dumps(payload)
            return {} if any(token.decode("utf-8", "replace") in text for token in case.tokens) else None
        values = {name: self._value(name, case, payload) for name in _expressions(probe)}
        fresh = any(value is not None and _token_of(value, case) is not None for value in values.values())
        if not fresh or any(value is None for value in values.values()):
            return None
        return {name: value or "" for name, value in values.items()}

    def _value(self, name: str, case: Case, payload: Any) -> str | None:
        """What an expression says of the record; of one that cannot be read, or says another, the token that it says
        of valid ones."""
        value = evaluate(parse_named(name), case.record, payload)
        text = None if value is MISSING or value is None else value if isinstance(value, str) else json.dumps(value)
        known = (case.topic, name)
        own = None if text is None else _token_of(text, case)
        if own is not None and case.expectation is Expectation.VALID:
            self._tokens.setdefault(known, own)
        if own is None and case.expectation is not Expectation.VALID and known in self._tokens:
            index = self._tokens[known]
            return case.tokens[index].decode("utf-8", "replace") if index < len(case.tokens) else text
        return text

    def take(self, event: Probed, delivery: Delivery | None) -> bool:
        """An answer has come. True if it says anything new of the delivery."""
        output = self._outputs.get(event.topic)
        probe = output.probe if output is not None else None
        if probe is None:
            return False
        if not event.case:
            self._compare_with(event, probe)
            return False
        view = view_of(probe, event, self._controls.get(event.topic))
        self._unclear.pop(event.case, None)
        if view is View.UNCLEAR:
            self._unclear[event.case] = in_words(probe, event)
        if delivery is None or delivery.probe is None:
            return False
        delivery.view_said = in_words(probe, event)
        if delivery.view is not view and (delivery.view, view) != (None, View.ABSENT):
            delivery.viewed_at = event.at
        changed = delivery.view is not view or delivery.view_stands is not event.stands
        delivery.view, delivery.view_stands = view, event.stands
        return changed

    def _compare_with(self, event: Probed, probe: Probe) -> None:
        """The answer for a record that was never sent: one that says yes to it shows nothing. The first one, before
        there was anything to show, says how nothing looks."""
        view = view_of(probe, event, None)
        if view is not View.UNCLEAR:
            self._controls.setdefault(event.topic, event)
        if view is View.SHOWN:
            what = f"{event.topic}: the probe shows a record that was never sent ({in_words(probe, event)}): not judged"
            remedy = "have it ask for the record's own identity, and show nothing where there is none"
            self._blind[event.topic] = what, remedy

    def forget(self, window: Window) -> None:
        """The service was started again: what it shows on its own port may be gone with the process before."""
        for delivery in window.deliveries:
            probe = delivery.probe.probe if delivery.probe is not None else None
            if probe is not None and "{port}" in (probe.http or "") and not delivery.is_shown:
                window.owed -= not delivery.done and delivery.is_owed
                delivery.wanted = tuple(one for one in delivery.wanted if one is not delivery.probe)
                delivery.probe = None
                window.owed += not delivery.done and delivery.is_owed

    def blind(self) -> Iterator[tuple[str, str]]:
        """What could not be told by the end."""
        yield from self._blind.values()
        for topic in self._outputs.keys() - self._ever:
            what = f"{topic}: the probe was asked for no record, for nothing fresh of a record stands in its question"
            yield what, "have it ask for what `message.identity` or `message.correlationId` names"
        for topic, number in self._left_out.items():
            if number:
                yield f"{topic}: the probe's command was not run for {number:,} cases", "use `http` or a `function`"
        if self._unclear:
            yield f"the probe gave no answer for {len(self._unclear):,} records: {self.failure}", "look at the probe"


def _expressions(probe: Probe) -> tuple[str, ...]:
    texts = (probe.http,) if probe.http is not None else probe.command
    return tuple(dict.fromkeys(name for text in texts for name in _EXPRESSION.findall(text)))


def _token_of(text: str, case: Case) -> int | None:
    """Which of the case's tokens the text is."""
    found = text.encode("utf-8", "surrogatepass").lower()
    return next((n for n, token in enumerate(case.tokens) if token.lower() == found), None)
