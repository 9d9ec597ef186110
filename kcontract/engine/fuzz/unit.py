"""One unit of handlers: its phases, from what is ordinary to what is not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count, islice

from kcontract.engine.asking.making import run_maker
from kcontract.engine.blocking import block
from kcontract.engine.collecting import collecting_rarely
from kcontract.engine.fuzz.bench import Bench, FuzzTools
from kcontract.engine.fuzz.calling import BATCH, Caller
from kcontract.engine.fuzz.drawing import DrawnRecords
from kcontract.engine.fuzz.ordering import Counted, in_turn, sequences
from kcontract.engine.fuzz.shrinking import shrink
from kcontract.engine.interruption import UnitInterrupted
from kcontract.engine.left_out import kinds_without_broker, sources_coverage
from kcontract.engine.plan import Unit
from kcontract.engine.replays import recalled, replayed
from kcontract.engine.settings import ServiceGone
from kcontract.engine.topics.registering import unregistered
from kcontract.errors import KcontractError
from kcontract.generate.source import CaseSource
from kcontract.judge.blind import blind_spots
from kcontract.judge.promises import compile_promises
from kcontract.judge.runs.history import unit_findings
from kcontract.judge.runs.summing import unit_summary
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.case import Case, Role
from kcontract.model.coverage import SchemaCoverage
from kcontract.model.finding import Finding
from kcontract.model.registry import RegisteredSchema
from kcontract.model.summary import Blocked, Progress, UnitSummary

_HEALTHY = 5
_EVERY = 8
"""Batches after which a healthy record shows that the handler still works."""


class FuzzUnit:
    """One unit, once."""

    def __init__(self, unit: Unit, tools: FuzzTools, book: tuple[RegisteredSchema, ...]) -> None:
        self._unit, self._tools, self._book = unit, tools, book
        self._recorder = tools.recorder
        self._tested = 0
        self._caller: Caller | None = None
        self._not_applicable: tuple[tuple[str, str], ...] = ()
        self._coverage: tuple[SchemaCoverage, ...] = ()
        self._blocked: Blocked | None = None

    def run(self, deadline: float) -> tuple[UnitSummary, tuple[Finding, ...]]:
        """Fuzz it until `deadline` on the run's clock. Nothing is raised but UnitInterrupted, with what was found."""
        started = ev.UnitStarted(self._recorder.now(), self._unit.name, self._unit.contracts, self._book)
        interruption: KeyboardInterrupt | None = None
        try:
            promises = compile_promises(self._unit.name, self._unit.contracts, self._book)
        except KcontractError as error:
            return UnitSummary(
                unit=self._unit.name, topics=(), seconds=0.0, blocked=block(self._unit.name, error, self._recorder)
            ), ()
        state = self._recorder.state = UnitState(self._tools.settings.run, promises)
        self._recorder.record(started)
        known = unregistered(self._unit, self._tools.registry, self._tools.settings.kinds)
        for what, remedy in (*blind_spots(promises), *known):
            self._recorder.record(ev.Blind(self._recorder.now(), self._unit.name, what, remedy))
        try:
            with collecting_rarely():
                self._play(Bench(self._tools, self._unit, self._book, state, deadline))
        except (ServiceGone, KcontractError) as error:
            self._blocked = block(self._unit.name, error, self._recorder)
        except KeyboardInterrupt as error:
            interruption = error
        ended = self._ended()
        self._recorder.record(ended)
        self._recorder.state = None
        findings = unit_findings(self._unit.name, state, self._tools.settings.run)
        summary = unit_summary(started, ended, state, self._blocked)
        if interruption is not None:
            raise UnitInterrupted(summary, findings) from interruption
        return summary, findings

    def _ended(self) -> ev.UnitEnded:
        not_sent = self._caller.not_sent if self._caller else {}
        return ev.UnitEnded(
            self._recorder.now(),
            self._unit.name,
            tested=self._tested,
            not_applicable=self._not_applicable,
            not_sent=tuple((kind, number, why) for (kind, why), number in not_sent.items()),
            coverage=self._coverage,
        )

    def _play(self, bench: Bench) -> None:
        if self._unit.makes_events:
            for contract, send in self._unit.sends:
                self._tested += run_maker(bench, contract, send)
            return
        handler = self._tools.handlers(self._unit.run)
        drawn = DrawnRecords(self._tools, self._unit, self._book)
        try:
            sources = self._sources()
            caller = self._caller = Caller(bench, handler, sources)
            source = next(iter(sources.values()))
            first = source.healthy(Role.HEALTHY, 0)
            if not caller.open(first) and not caller.open(source.again(first)):
                return  # it does not survive an ordinary record: nothing more is to be learnt
            healthy = [source.healthy(Role.HEALTHY, 0) for source in sources.values() for _ in range(_HEALTHY)]
            caller.call(healthy)
            for phase, cases, total in self._phases(sources, drawn):
                self._phase(bench, caller, phase, cases, total)
            shrink(bench, caller)
        finally:
            drawn.close(bench)
            handler.close()
            if self._caller is not None:
                self._tested = self._caller.called
                self._not_applicable = kinds_without_broker(list(self._caller.sources.values()))
                self._coverage = sources_coverage(list(self._caller.sources.values()))

    def _sources(self) -> dict[str, CaseSource]:
        settings, numbers = self._tools.settings, count(1)
        return {
            contract.topic: CaseSource(
                contract,
                receive,
                self._book,
                seed=settings.seed,
                run=settings.run,
                max_examples=settings.max_examples,
                kinds=settings.kinds,
                per_kind=settings.per_kind,
                numbers=numbers,
                resolve=self._tools.resolve,
            )
            for contract, receive in self._unit.receives
        }

    def _phases(self, sources: dict[str, CaseSource], drawn: DrawnRecords) -> Iterator[tuple[str, Iterator[Case], int]]:
        """Name, cases and how many there are at most; 0 if nobody knows."""
        settings = self._tools.settings
        replay, most = settings.replay, settings.max_examples
        if replay is not None:
            yield "replaying", iter([replayed(replay, self._book, settings.run)]), 1
            return
        stored = list(recalled(sources, self._book, self._unit, settings))
        edges = [Counted(islice(source.edges(), most)) for source in sources.values()]
        yield "coverage", in_turn(edges), 0
        yield "stored failures", iter(stored), len(stored)
        rooms = [most - had.count for had in edges]
        more = [drawn.cases(*pair, room) for pair, room in zip(sources.items(), rooms, strict=True)]
        given = [Counted(islice(one, room)) for one, room in zip(more, rooms, strict=True)]
        yield "random", in_turn(given), 0
        yield "malformed", in_turn([source.malformed() for source in sources.values()]), 0
        pairs = [(receive, sources[contract.topic]) for contract, receive in self._unit.receives]
        yield "sequences", chain.from_iterable(sequences(*pair, settings) for pair in pairs), 0
        left = [room - had.count for room, had in zip(rooms, given, strict=True)]
        rest = [islice(drawn.rest(*pair), room) for pair, room in zip(sources.items(), left, strict=True)]
        yield "Hypothesis", in_turn(rest), 0

    def _phase(self, bench: Bench, caller: Caller, name: str, cases: Iterator[Case], total: int) -> None:
        done, batches = 0, count(1)
        while (batch := list(islice(cases, BATCH))) and not bench.out_of_time:
            caller.call(batch)
            done += len(batch)
            if next(batches) % _EVERY == 0:
                caller.call([source.healthy(Role.SENTINEL, 0) for source in caller.sources.values()])
            self._recorder.progress(Progress(self._unit.name, name, done, total))
        for case in batch:
            caller.not_sent[(case.code, "--max-time was over")] += 1
