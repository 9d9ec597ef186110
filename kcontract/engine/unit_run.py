"""Running one unit: topics, service, both of its sides, and everything cleared away at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import count

from kcontract.engine.asking.making import run_maker
from kcontract.engine.asking.senders import SenderRun, is_asked
from kcontract.engine.blocking import block, check_runnable
from kcontract.engine.collecting import collecting_rarely
from kcontract.engine.faults.senders import sender_faults
from kcontract.engine.interruption import UnitInterrupted, is_interruption
from kcontract.engine.left_out import kinds_left_out, sources_coverage
from kcontract.engine.lifecycle import Lifecycle
from kcontract.engine.plan import Unit, placeholder_values, unit_topics
from kcontract.engine.receivers import ReceiverRun
from kcontract.engine.settings import ServiceGone
from kcontract.engine.stage import Stage
from kcontract.engine.starting import run_starters
from kcontract.engine.strangers import look_for_strangers
from kcontract.engine.tools import Tools
from kcontract.engine.topics.registering import unregistered
from kcontract.engine.topics.schema_watch import SchemaWatch
from kcontract.engine.watching.observer import Observer
from kcontract.engine.watching.probing import Probing
from kcontract.errors import KcontractError
from kcontract.generate.source import CaseSource
from kcontract.judge.blind import blind_spots
from kcontract.judge.promises import compile_promises
from kcontract.judge.runs.history import unit_findings
from kcontract.judge.runs.summing import unit_summary
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.contract import Contract
from kcontract.model.coverage import SchemaCoverage
from kcontract.model.finding import Finding
from kcontract.model.registry import RegisteredSchema
from kcontract.model.summary import Blocked, UnitSummary


class UnitRun:
    """One unit, once."""

    def __init__(
        self,
        unit: Unit,
        contracts: Sequence[Contract],
        tools: Tools,
        book: tuple[RegisteredSchema, ...],
        make_source: Callable[..., CaseSource] = CaseSource,
    ) -> None:
        """`contracts` are all of the run, so that writing to another one's topic is seen. `make_source` is called as
        CaseSource is, once for each topic that the unit receives."""
        self._unit = unit
        self._tools = tools
        self._book = book
        self._make_source = make_source
        self._recorder = tools.recorder
        self._specs = unit_topics(unit, contracts, ours=tools.cluster.ours)
        self._blocked: Blocked | None = None
        self._not_applicable: tuple[tuple[str, str], ...] = ()
        self._coverage: tuple[SchemaCoverage, ...] = ()
        self._not_sent: Counter[tuple[str, str]] = Counter()
        self._tested = 0
        """Cases and requests that were judged, without those of the probe phase."""
        self._started = ev.UnitStarted(0.0, unit.name, unit.contracts)

    def run(self, deadline: float) -> tuple[UnitSummary, tuple[Finding, ...]]:
        """Verify the unit until `deadline` on the run's clock. What stops a unit blocks it.

        Nothing is raised but UnitInterrupted, with what was found by then.
        """
        interruption: BaseException | None = None
        try:
            stage = self._stage(deadline)
        except KcontractError as error:
            blocked = block(self._unit.name, error, self._recorder)
            self._recorder.state = None
            return UnitSummary(unit=self._unit.name, topics=(), seconds=0.0, blocked=blocked), ()
        try:
            check_runnable(self._unit, self._tools)
            with collecting_rarely():
                self._play(stage)
        except (ServiceGone, KcontractError) as error:
            self._blocked = block(self._unit.name, error, self._recorder)
        except (KeyboardInterrupt, SystemError) as error:
            if not is_interruption(error):
                raise
            interruption = error
        finally:
            self._end(stage, interrupted=interruption is not None)
        ended = self._ended()
        self._recorder.record(ended)
        self._recorder.state = None
        findings = unit_findings(self._unit.name, stage.state, self._tools.settings.run)
        summary = unit_summary(self._started, ended, stage.state, self._blocked)
        if interruption is not None:
            raise UnitInterrupted(summary, findings) from interruption
        return summary, findings

    def _end(self, stage: Stage, *, interrupted: bool) -> None:
        """Leave nothing behind. Every step is taken, whatever becomes of the one before, a second Ctrl-C included."""
        kill = partial(stage.lifecycle.kill, "interrupted")
        steps: tuple[Callable[[], None], ...] = (kill, stage.observer.close, self._delete_group, self._delete_topics)
        if interrupted and self._tools.levers.broker is not None:
            steps = steps[:2]  # the broker ends with the run, and may be too busy, or paused, to answer before
        with ExitStack() as stack:
            for step in reversed(steps):  # last one first
                stack.callback(self._try_to, step)

    def _try_to(self, clear: Callable[[], None]) -> None:
        """What cannot be cleared away is told, and costs no summary."""
        try:
            clear()
        except KcontractError as error:
            what = f"something of this unit was left behind: {error.message}"
            self._recorder.record(ev.Blind(self._recorder.now(), self._unit.name, what, error.fix))

    def _stage(self, deadline: float) -> Stage:
        unit, recorder = self._unit, self._recorder
        promises = compile_promises(unit.name, unit.contracts, self._book)
        state = recorder.state = UnitState(self._tools.settings.run, promises)
        topics = tuple((spec.name, spec.partitions) for spec in self._specs)
        started = ev.UnitStarted(recorder.now(), unit.name, unit.contracts, self._book, unit.group, topics)
        recorder.record(started)
        self._started = started
        tools, kinds = self._tools, self._tools.settings.kinds
        for what, remedy in (*blind_spots(promises), *unregistered(unit, tools.registry, kinds)):
            recorder.record(ev.Blind(recorder.now(), unit.name, what, remedy))
        places = tuple((contract.topic, n) for contract, _ in unit.receives for n in range(contract.partitions))
        observer = Observer(self._tools.cluster, recorder, unit.group, places, self._tools.tap)
        values = placeholder_values(unit, self._tools)
        lifecycle = Lifecycle(unit, self._tools, observer, values, places, deadline)
        if self._tools.prober is not None and promises.probes:
            observer.probing = Probing(self._tools.prober, recorder, state, unit.run, lambda: lifecycle.values)
        return Stage(self._tools, unit, self._book, state, observer, lifecycle, deadline)

    def _play(self, stage: Stage) -> None:
        """The receiving side, then the sending one, on the same process. A stored case concerns one side only."""
        stored = self._tools.settings.replay
        if self._unit.makes_events:
            for contract, send in self._unit.sends:
                self._tested += run_maker(stage, contract, send)
            return
        self._create_topics()
        inputs = {contract.topic for contract, _ in self._unit.receives}
        promises = stage.state.promises
        unread = inputs - promises.outputs.keys() - promises.products.keys()
        stage.observer.schemas = SchemaWatch(
            self._tools.registry, self._recorder, self._book, {*promises.outputs, *promises.products}
        )
        stage.observer.watch([spec.name for spec in self._specs if spec.name not in unread])
        if inputs and not (stored and stored.request):
            self._receive(stage)
        if self._unit.sends and not (stored and not stored.request):
            self._send(stage)
        if stage.out_of_time:
            what = "not verified to the end: --max-time was over"
            self._recorder.record(ev.Blind(self._recorder.now(), self._unit.name, what, "raise --max-time"))
        stage.lifecycle.stop()
        stage.observer.drain(10.0)
        look_for_strangers(stage, unread)

    def _send(self, stage: Stage) -> None:
        stored = self._tools.settings.replay
        sends = [(contract, send) for contract, send in self._unit.sends if is_asked(contract, send, stage)]
        starting = [(contract, send) for contract, send in sends if send.action is not None and send.action.start]
        if starting:
            self._tested += run_starters(stage, starting)
        if stage.lifecycle.gone and len(starting) < len(sends):
            stage.lifecycle.restart(behind=True)
        senders: list[SenderRun] = []
        for contract, send in sends:
            sender = SenderRun(stage, contract, send)
            senders.append(sender)
            try:
                sender.run()
            finally:
                self._not_sent += sender.not_sent
                self._tested += sender.judged
        if stage.observer.schemas is not None and any(contract.message.wire != "plain" for contract, _ in sends):
            stage.observer.schemas.look()
        if not stored:
            sender_faults(stage, [sender for sender in senders if sender.judged])

    def _receive(self, stage: Stage) -> None:
        settings, numbers = self._tools.settings, count(1)
        sources = {
            contract.topic: self._make_source(
                contract,
                receive,
                self._book,
                seed=settings.seed,
                run=settings.run,
                max_examples=settings.max_examples,
                kinds=settings.kinds,
                per_kind=settings.per_kind,
                numbers=numbers,
                dangerous=self._tools.cluster.ours,
                resolve=self._tools.resolve,
            )
            for contract, receive in self._unit.receives
        }
        receiver = ReceiverRun(stage, sources)
        try:
            receiver.run()
        finally:
            sent = {row.kind for row in stage.state.tally.rows()}
            self._not_applicable = kinds_left_out(list(sources.values()), sent, settings.kinds)
            self._coverage = sources_coverage(list(sources.values()))
            self._not_sent += receiver.not_sent
            self._tested += receiver.tested

    def _create_topics(self) -> None:
        """A request that the last unit's service left in the broker may have made one of them once more: then again."""
        try:
            self._tools.cluster.create_topics(self._specs)
        except KcontractError as error:
            if error.code != "TOPIC_EXISTS" or not self._tools.cluster.ours:
                raise
            self._delete_topics()
            self._tools.cluster.create_topics(self._specs)

    def _delete_group(self) -> None:
        if self._unit.run.group is None and self._tools.cluster.is_broker:
            self._tools.cluster.delete_groups([self._unit.group])

    def _delete_topics(self) -> None:
        """The next unit gets freshly made topics."""
        cluster = self._tools.cluster
        own = [spec.name for spec in self._specs]
        cluster.delete_topics([*own, *cluster.topics()] if cluster.ours else own)

    def _ended(self) -> ev.UnitEnded:
        return ev.UnitEnded(
            self._recorder.now(),
            self._unit.name,
            tested=self._tested,
            not_applicable=self._not_applicable,
            not_sent=tuple((kind, count, why) for (kind, why), count in self._not_sent.items()),
            coverage=self._coverage,
        )
