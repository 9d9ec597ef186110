"""A whole run without a broker: every unit that is a handler, or a function that makes events."""

from __future__ import annotations

from collections.abc import Sequence

from kcontract.engine.fuzz.bench import FuzzTools
from kcontract.engine.fuzz.unit import FuzzUnit
from kcontract.engine.interruption import UnitInterrupted
from kcontract.engine.outcomes import Outcomes
from kcontract.engine.plan import Unit, plan_units
from kcontract.engine.topics.registering import next_versions_registered, register_schemas
from kcontract.engine.topics.reply_topics import with_reply_topics
from kcontract.errors import UsageError
from kcontract.model import events as ev
from kcontract.model.contract import Contract
from kcontract.model.summary import RunSummary

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
        begun = ev.RunStarted(
            recorder.now(), settings.run, version, settings.seed, NO_BROKER, self._tools.registry.label,
            started, folder=settings.folder, whole=settings.whole,
        )  # fmt: skip
        recorder.record(begun)
        outcomes = Outcomes(recorder)
        try:
            self._units(units, outcomes)
        except KeyboardInterrupt:
            return outcomes.end(begun, history, interrupted=True)
        return outcomes.end(begun, history, interrupted=False)

    def _units(self, units: Sequence[Unit], outcomes: Outcomes) -> None:
        recorder = self._tools.recorder
        book = register_schemas(self._contracts, self._tools.registry)
        deadline = recorder.now() + self._tools.settings.max_time
        for unit in units:
            if recorder.now() >= deadline:
                outcomes.skip(unit.name, "fuzzed")
                continue
            try:
                with next_versions_registered(unit, self._tools.registry, book, self._tools.settings.kinds) as known:
                    outcomes.take(*FuzzUnit(unit, self._tools, known).run(deadline))
            except UnitInterrupted as cut:
                outcomes.take(cut.summary, cut.findings)
                raise
