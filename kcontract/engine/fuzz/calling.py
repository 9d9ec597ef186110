"""Handing cases to a handler, batch after batch, and telling the judge what came of each."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence

from kcontract.engine.fuzz.bench import Bench
from kcontract.generate.returned import ReturnedRecords
from kcontract.generate.source import CaseSource
from kcontract.model import events as ev
from kcontract.model.called import FATAL, Handed, Handled, HandledHow, Style
from kcontract.model.case import Case, Expectation, Role
from kcontract.model.contract import Emits
from kcontract.model.record import LogRecord
from kcontract.oracle.expressions import MISSING
from kcontract.ports import Handler

BATCH = 64
_REMEMBERED = 400
_KNOWN_FATAL = 2
"""Cases of one variant of a kind, after which no more of it are handed over."""
_MORE_PATIENCE, _LEAST_PATIENCE, _FIRST_PATIENCE = 6.0, 2.0, 6.0
FATAL_ALREADY = "known to be fatal"
UNREADABLE = "the handler takes decoded payloads, and this has none"


class Caller:
    """All calls of one unit's handler."""

    def __init__(self, bench: Bench, handler: Handler, sources: Mapping[str, CaseSource]) -> None:
        self._bench, self._handler, self.sources = bench, handler, sources
        self._recorder = bench.tools.recorder
        self._returned = {
            contract.topic: ReturnedRecords(contract, receive) for contract, receive in bench.unit.receives
        }
        self._style: Style = "record"
        self._offsets: Counter[str] = Counter()
        self._written = 0
        self._since_start: deque[Case] = deque(maxlen=_REMEMBERED)
        self._before = 0
        """Records that the running process was handed."""
        self._fatal: Counter[str] = Counter()
        self._hung: Counter[str] = Counter()
        """By code: each of them costs its patience twice."""
        self.not_sent: Counter[tuple[str, str]] = Counter()
        self.called = 0
        self._last: HandledHow = "returned"

    def open(self, first: Case | None = None) -> bool:
        """Start the handler's process, and have it handle an ordinary record (or `first`), which may take its time:
        much is set up by the first one. Whether it survived that. UsageError HANDLER_NOT_LOADED."""
        self._style = self._handler.open(tuple(self.sources))
        self._before = 0
        first = first or next(iter(self.sources.values())).healthy(Role.HEALTHY, 0)
        self._tell([first])
        ended, _ = self._batch([first], _FIRST_PATIENCE)
        self._since_start.clear()
        return ended is None

    def call(self, cases: Sequence[Case]) -> None:
        """Hand the cases over, those excepted that it cannot take or that are known to end it."""
        wanted = [case for case in cases if self._takes(case)]
        self._tell(wanted)
        while wanted and not self._bench.out_of_time:
            ended, wanted = self._batch(wanted)
            if ended is not None:
                self._confirm(ended)

    def alone(self, case: Case) -> bool:
        """The case in a process of its own, behind a healthy record; whether the process survived it."""
        if not self.open():
            return True  # it was not even asked
        self._tell([case])
        ended, _ = self._batch([case], self._more_patience)
        return ended is None

    @property
    def _more_patience(self) -> float:
        """For what has ended the process once: as much as is left, within reason."""
        return min(_MORE_PATIENCE, max(_LEAST_PATIENCE, self._bench.left / self._bench.tools.patience))

    def _takes(self, case: Case) -> bool:
        why = ""
        if self._fatal[case.kind] >= _KNOWN_FATAL or self._hung[case.code]:
            why = FATAL_ALREADY
        elif self._style == "payload" and self._payload(case) is MISSING:
            why = UNREADABLE
        if why:
            self.not_sent[(case.code, why)] += 1
        return not why

    def _payload(self, case: Case) -> object:
        return self.sources[case.topic].oracle.read_leniently(case.record)

    def _tell(self, cases: Sequence[Case]) -> None:
        now = self._recorder.now()
        self._recorder.record_all([ev.Sent(now, 0, case) for case in cases])

    def _batch(self, cases: list[Case], patience: float = 1.0) -> tuple[Case | None, list[Case]]:
        """Hand them over; the case that the process did not survive, and those that it has not seen."""
        answers = self._handler.run([self._handed(case) for case in cases], patience * self._bench.tools.patience)
        now = self._recorder.now()
        seen = list(zip(cases, answers, strict=False))
        calls = [self._called(now, case, answer, number) for number, (case, answer) in enumerate(seen, self._before)]
        self._decide(seen, calls)
        self._recorder.record_all(calls)
        self._since_start.extend(case for case, _ in seen)
        self._before += len(seen)
        self.called += len(seen)
        last, answer = seen[-1]
        self._last = answer.how
        return last if answer.how in FATAL else None, cases[len(seen) :]

    def _handed(self, case: Case) -> Handed:
        self._offsets[case.topic] += 1
        payload = b""
        if self._style == "payload":
            payload = json.dumps(_or_null(self._payload(case)), default=str).encode()
        return Handed(case.topic, case.partition or 0, self._offsets[case.topic], case.record, payload)

    def _called(self, now: float, case: Case, answer: Handled, before: int) -> ev.Called:
        logs = self._returned[case.topic].records(answer.returned, case.record, self._written)
        self._written += len(logs)
        return ev.Called(now, case.id, answer.how, before, logs, answer.error, answer.code)

    def _confirm(self, case: Case) -> None:
        """What ended the process is tried once more: alone, else after all that it had been handed before."""
        self._fatal[case.kind] += 1
        before = list(self._since_start)[:-1]
        source = self.sources[case.topic]
        if not self.alone(source.again(case)):
            self._hung[case.code] += self._last == "hung"
        elif before:
            self._after(before, source.again(case))
        self._reopened()

    def _reopened(self) -> None:
        if not self._bench.out_of_time:
            self.open()

    def _after(self, before: Sequence[Case], case: Case) -> None:
        if not self.open():
            return
        cases = [*(self.sources[one.topic].again(one) for one in before), case]
        self._tell(cases)
        self._batch(cases, self._more_patience)

    def _decide(self, seen: Sequence[tuple[Case, Handled]], calls: Sequence[ev.Called]) -> None:
        """Ask the contract's `where` functions about the effects of valid records."""
        decider = self._bench.tools.decider
        if decider is None:
            return
        for (case, _), call in zip(seen, calls, strict=True):
            if not call.returned or case.expectation is not Expectation.VALID:
                continue
            for log, function, payload in self._undecided(call):
                said = decider.decide(function, _or_null(self._payload(case)), payload)
                place = log.topic, log.partition, log.offset
                self._recorder.record(ev.Decided(call.at, case.id, *place, said.holds, said.error))

    def _undecided(self, call: ev.Called) -> Iterator[tuple[LogRecord, str, object]]:
        outputs = self._bench.state.promises.outputs
        for log in call.returned:
            for output in outputs.get(log.topic, ()):
                function = _function(output.emits)
                payload = output.oracle.look(log.record)[0] if function and output.oracle else MISSING
                if payload is not MISSING:
                    yield log, function, payload


def _function(emits: Emits | None) -> str:
    return emits.where.function or "" if emits is not None and emits.where is not None else ""


def _or_null(payload: object) -> object:
    """A tombstone has no payload: null."""
    return None if payload is MISSING else payload
