"""`skip: {log: REGEX}`: a record that is passed over leaves a line in the service's log (FORMAT.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kcontract.judge.book import Book, Grounds, Listener
from kcontract.judge.effect_verdict import effect_verdict
from kcontract.judge.evidence import Delivery, Window
from kcontract.model import events as ev
from kcontract.model.case import Case, Expectation, Role
from kcontract.model.finding import CaseVerdict

LONGEST = 60_000
"""Characters of one output: what is longer was cut off, and does not tell what is missing."""


class LogBook(Book):
    """Judges windows of the purpose `log`, each in a process of its own that is ended behind it: what it holds back is
    written then. Lines are counted, for few of them name their record."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._window: Window | None = None
        self._ever: set[str] = set()
        """Topics for whose records a line was seen."""
        self._blind: dict[str, tuple[str, str]] = {}
        self.suspects: dict[str, tuple[Case, ...]] = {}
        """By topic: records of which some left no line, to be tried alone."""

    def listeners(self) -> Mapping[type, Listener]:
        return {ev.ServiceKilled: self._ended, ev.ServiceStarted: self._forget, ev.ServiceExited: self._forget}

    def closed(self, window: Window) -> Iterable[CaseVerdict]:
        is_log = window.purpose == "log" and window.outcome == "settled" and not window.disturbed
        self._window = window if is_log else None
        return ()

    def blind(self) -> Iterator[tuple[str, str]]:
        yield from self._blind.values()

    def is_hopeless(self, topic: str) -> bool:
        """Whether nothing can be told of the topic's records."""
        return topic in self._blind

    def _forget(self, _event: object) -> Iterable[CaseVerdict]:
        self._window = None
        return ()

    def _ended(self, event: ev.ServiceKilled) -> Iterable[CaseVerdict]:
        window, self._window = self._window, None
        if window is None or event.reason != "finished":
            return ()
        topic = window.of.partition("#")[0]
        source = self.grounds.promises.inputs[topic]
        cases = [one for one in window.deliveries if _must_log(one, topic)]
        lines = matching(source.receive.on_invalid.skip_log or "", (event.stdout, event.stderr))
        self._ever.update({topic} if lines and cases else ())
        if not cases:
            return self._healthy(topic, lines)
        if max(len(event.stdout), len(event.stderr)) >= LONGEST:
            self._tell(topic, "its log is too long to be read as a whole", "log less for each record")
            return ()
        if len(lines) >= len(cases):
            self.suspects[topic] = ()
            return ()
        self.suspects[topic] = tuple(one.case for one in cases if not any(names(line, one.case) for line in lines))
        if len(cases) > 1:
            return ()
        return self._missing(cases[0], (event.code or 0) < 0)

    def _healthy(self, topic: str, lines: Sequence[str]) -> tuple[CaseVerdict, ...]:
        """A process that got valid records only."""
        if lines:
            what = f"{lines[0].strip()[:120]!r} is logged without an invalid record"
            self._tell(topic, what, "make `skip: {log: …}` match only what is logged for invalid ones")
        return ()

    def _missing(self, delivery: Delivery, was_killed: bool) -> tuple[CaseVerdict, ...]:
        """Alone, and no line. A process that a signal ended may have taken along what it had not written yet."""
        receive = delivery.source.receive
        if was_killed and delivery.case.topic not in self._ever:
            what = "no line was seen, but SIGTERM ended the service before it had written what it held back"
            self._tell(delivery.case.topic, what, "end on SIGTERM with an exit code, or flush each line")
            return ()
        pattern = receive.on_invalid.skip_log
        promise = (
            receive.on_invalid.at,
            f"{receive.name} passes an invalid record over with a line that matches {pattern}",
        )
        facts = (
            "no line of its output matched, among other records and alone; the process was then ended, and all of its "
            "output read",
        )
        self.grounds.tally.count(delivery, "NOT_LOGGED")
        return (effect_verdict("NOT_LOGGED", delivery, promise, facts),)

    def _tell(self, topic: str, what: str, remedy: str) -> None:
        self._blind.setdefault(topic, (f"{topic}: `skip: {{log}}` is not judged: {what}", remedy))


def _must_log(delivery: Delivery, topic: str) -> bool:
    case = delivery.case
    mine = case.topic == topic and case.role is Role.CASE and not delivery.refused
    return mine and case.expectation is Expectation.INVALID


def matching(pattern: str, outputs: Iterable[str]) -> list[str]:
    """The lines in which the pattern is found."""
    found = re.compile(pattern)
    return [line for output in outputs for line in output.splitlines() if found.search(line)]


def names(line: str, case: Case) -> bool:
    """Whether a line holds something that only this record has."""
    folded = line.lower().encode("utf-8", "replace")
    return any(token.lower() in folded for token in case.tokens)
