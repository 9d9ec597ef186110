"""A whole run: register schemas, verify unit after unit, sum up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from kcontract.engine.chain.plan import Chain, plan_chains
from kcontract.engine.chain.run import ChainRun
from kcontract.engine.interruption import UnitInterrupted, is_interruption
from kcontract.engine.observed import ObservedRun
from kcontract.engine.outcomes import Outcomes
from kcontract.engine.plan import Unit, plan_units
from kcontract.engine.shards import shared
from kcontract.engine.tools import Tools
from kcontract.engine.topics.foreign import prefixed
from kcontract.engine.topics.registering import next_versions_registered, register_schemas
from kcontract.engine.topics.reply_topics import with_reply_topics
from kcontract.engine.unit_run import UnitRun
from kcontract.errors import UsageError
from kcontract.model import events as ev
from kcontract.model.contract import Contract
from kcontract.model.naming import run_prefix
from kcontract.model.registry import RegisteredSchema
from kcontract.model.shard import WHOLE, Shard
from kcontract.model.summary import RunSummary

_ONLY_OUR_LOOP = (
    "handlers are judged by `kcontract fuzz`, not started on the broker: commits, dead letters and restarts would be "
    "those of a loop of ours"
)


class VerifyRun:
    """Verifies contracts on a cluster. Everything that happens goes through the recorder."""

    def __init__(self, contracts: Sequence[Contract], tools: Tools) -> None:
        self._given = tuple(contracts)
        run = tools.settings.run
        named = contracts if tools.cluster.ours else prefixed(contracts, run_prefix(run))
        self._contracts = with_reply_topics(named, run)
        self._tools = tools

    def run(self, version: str, started: str, history: str) -> RunSummary:
        """Verify all units. `started` is the wall clock, RFC 3339; `history` the path that the summary names."""
        recorder, settings = self._tools.recorder, self._tools.settings
        cluster, registry = self._tools.cluster, self._tools.registry
        begun = ev.RunStarted(
            recorder.now(), settings.run, version, settings.seed, cluster.label, registry.label,
            started, is_broker=cluster.is_broker, folder=settings.folder,
            whole=settings.whole, shard=str(settings.shard) if settings.shard != WHOLE else "",
        )  # fmt: skip
        recorder.record(begun)
        outcomes = Outcomes(recorder)
        try:
            self._units(outcomes)
        except (KeyboardInterrupt, SystemError) as error:
            if not is_interruption(error):
                raise
            return outcomes.end(begun, history, interrupted=True)
        return outcomes.end(begun, history, interrupted=False)

    def _units(self, outcomes: Outcomes) -> None:
        recorder, settings = self._tools.recorder, self._tools.settings
        book = register_schemas([c for c in self._contracts if not _only_observed(c)], self._tools.registry)
        deadline = recorder.now() + settings.max_time
        planned = plan_units(self._contracts, settings.run, settings.select)
        handlers = [unit for unit in planned if unit.is_handler]
        services = [unit for unit in planned if not unit.is_handler]
        if planned and not services:
            raise UsageError("VERIFY_NOTHING", "all that is named here are handlers", "call them by `kcontract fuzz`")
        for unit in handlers:
            outcomes.leave(
                unit.name, tuple(contract.topic for contract in unit.contracts), _ONLY_OUR_LOOP, "kcontract fuzz"
            )
        chains = plan_chains(settings.together, planned)
        self._check_chains(chains)
        for unit, part in shared(services, settings.shard):
            if recorder.now() >= deadline:
                outcomes.skip(unit.name, "verified")
                continue
            try:
                if unit.run.observed:
                    summary, found = ObservedRun(self._real(unit), self._tools).run(deadline)
                else:
                    with next_versions_registered(unit, self._tools.registry, book, settings.kinds) as known:
                        summary, found = UnitRun(unit, self._contracts, self._for(part), known).run(deadline)
            except UnitInterrupted as cut:
                outcomes.take(cut.summary, cut.findings)
                raise
            outcomes.take(summary, found)
        for chain in chains:
            self._chain(chain, outcomes, book, deadline)

    def _check_chains(self, chains: Sequence[Chain]) -> None:
        """UsageError where chains cannot be run at all."""
        cluster, settings = self._tools.cluster, self._tools.settings
        if chains and not (cluster.ours and cluster.is_broker):
            what = "--together needs a broker of kcontract's own: topics between services get no prefix"
            raise UsageError("TOGETHER_BROKER", what, "leave out --bootstrap-servers, or take --broker local")
        if chains and settings.shard != WHOLE:
            raise UsageError("TOGETHER_SHARD", "a chain is not divided over machines", "leave out --shard")

    def _chain(self, chain: Chain, outcomes: Outcomes, book: tuple[RegisteredSchema, ...], deadline: float) -> None:
        """The last service of a chain, by what those before it make of our records; they must be well for that."""
        ill = [unit.name for unit in chain.companions if not outcomes.is_well(unit.name)]
        if ill:
            what = f"not judged: {', '.join(ill)}, before it in the chain, did not conform alone"
            outcomes.leave_out(chain.name, what, "see what was found there")
        elif self._tools.recorder.now() >= deadline:
            outcomes.skip(chain.name, "verified")
        else:
            try:
                summary, found = ChainRun(chain, self._contracts, self._tools, book).run(deadline)
            except UnitInterrupted as cut:
                outcomes.take(cut.summary, cut.findings)
                raise
            outcomes.take(summary, found)

    def _real(self, unit: Unit) -> Unit:
        """The unit with the topics' own names: what is observed knows nothing of a run's prefix."""
        (real,) = plan_units(self._given, self._tools.settings.run, frozenset({unit.name}))
        return real

    def _for(self, part: Shard) -> Tools:
        settings = msgspec.structs.replace(self._tools.settings, shard=part)
        return replace(self._tools, settings=settings)


def _only_observed(contract: Contract) -> bool:
    """Whether its schemas are none of our business: no service of it is run."""
    runs = [*(one.run for one in contract.receive), *(one.run for one in contract.send)]
    return bool(runs) and all(run.observed for run in runs)
