"""A whole run without a broker: every unit that is a handler, or a function that makes events."""

from __future__ import annotations

from collections.abc import Sequence

from kcontract.engine.fuzz.bench import FuzzTools
from kcontract.engine.fuzz.unit import FuzzUnit
from kcontract.engine.interruption import UnitInterrupted
from kcontract.engine.plan import Unit, plan_units
from kcontract.engine.topics.registering import register_schemas
from kcontract.engine.topics.reply_topics import with_reply_topics
from kcontract.errors import EXIT_INTERRUPTED, UsageError
from kcontract.judge.runs.ending import exit_code
from kcontract.model import events as ev
from kcontract.model.contract import Contract
from kcontract.model.finding import Finding
from kcontract.model.summary import RunSummary, UnitSummary

NO_BROKER = "no broker: handlers in processes of their own"


class FuzzRun:
    """Fuzzes the handlers of some contracts. Everything that happens goes through the recorder."""

    def __init__(self, contracts: Sequence[Contract], tools: FuzzTools) -> None:
        self._contracts = with_reply_topics(contracts, tools.settings.run)
        self._tools = tools

    def run(self, version: str, started: str, history: str) -> RunSummary:
        """Fuzz all units; the arguments are those of `VerifyRun.run`. UsageError FUZZ_NOTHING without any handler."""
        recorder, settings = self._tools.recorder, self._tools.settings
        planned = plan_units(self._contracts, settings.run, settings.select)
        units = [unit for unit in planned if unit.is_handler or unit.makes_events]
        if not units:
            fix = "give a receiver `run: {handler: module:name}`, or judge its service with `kcontract verify`"
            raise UsageError("FUZZ_NOTHING", "no receiver of these contracts is a handler", fix)
        recorder.record(
            ev.RunStarted(
                recorder.now(), settings.run, version, settings.seed, NO_BROKER, self._tools.registry.label,
                started, folder=settings.folder, whole=settings.whole,
            )
        )  # fmt: skip
        done: list[UnitSummary] = []
        findings: list[Finding] = []
        interrupted = False
        try:
            self._units(units, done, findings)
        except KeyboardInterrupt:
            interrupted = True
        ended = ev.RunEnded(recorder.now(), interrupted=interrupted)
        recorder.record(ended)
        summary = RunSummary(
            run=settings.run,
            exit_code=EXIT_INTERRUPTED if interrupted else exit_code(done, findings),
            seconds=ended.at,
            broker=NO_BROKER,
            registry=self._tools.registry.label,
            is_broker=True,
            units=tuple(done),
            findings=tuple(findings),
            history=history,
            interrupted=interrupted,
        )
        recorder.tell(summary)
        return summary

    def _units(self, units: Sequence[Unit], done: list[UnitSummary], findings: list[Finding]) -> None:
        recorder = self._tools.recorder
        book = register_schemas(self._contracts, self._tools.registry)
        deadline = recorder.now() + self._tools.settings.max_time
        for unit in units:
            if recorder.now() >= deadline:
                blind = ev.Blind(recorder.now(), unit.name, "not fuzzed: --max-time was over", "raise --max-time")
                recorder.record(blind)
                done.append(UnitSummary(unit=unit.name, topics=(), seconds=0.0, blind=((blind.what, blind.remedy),)))
                recorder.tell(done[-1])
                continue
            try:
                self._take(FuzzUnit(unit, self._tools, book).run(deadline), done, findings)
            except UnitInterrupted as cut:
                self._take((cut.summary, cut.findings), done, findings)
                raise

    def _take(
        self, came: tuple[UnitSummary, tuple[Finding, ...]], done: list[UnitSummary], findings: list[Finding]
    ) -> None:
        summary, found = came
        done.append(summary)
        findings.extend(found)
        for finding in found:
            self._tools.recorder.tell(finding)
        self._tools.recorder.tell(summary)
