"""One chain: the services before run beside the one that is judged, and feed it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

import msgspec

from kcontract.engine.chain.plan import Chain
from kcontract.engine.chain.road import Road
from kcontract.engine.chain.source import HeadSource
from kcontract.engine.plan import unit_topics
from kcontract.engine.settings import Settings
from kcontract.engine.stage import Stage
from kcontract.engine.tools import Tools
from kcontract.engine.unit_run import UnitRun
from kcontract.generate.source import CaseSource
from kcontract.model.case import VALID_KIND
from kcontract.model.contract import Contract
from kcontract.model.registry import RegisteredSchema
from kcontract.model.shard import WHOLE

_MOST = 100
"""Records: each goes its way alone."""


class ChainRun(UnitRun):
    """The last service of a chain, as a unit."""

    def __init__(
        self, chain: Chain, contracts: Sequence[Contract], tools: Tools, book: tuple[RegisteredSchema, ...]
    ) -> None:
        before = tuple(spec for unit in chain.companions for spec in unit_topics(unit, (), ours=tools.cluster.ours))
        theirs = {spec.name for spec in before}
        others = [contract for contract in contracts if contract.topic not in theirs]
        tools = replace(tools, settings=_for_chains(tools.settings))
        super().__init__(chain.unit, others, tools, book, self._source_of)
        own = {spec.name for spec in self._specs}
        self._chain = chain
        self._before = {spec.name: spec for spec in before if spec.name not in own}
        self._source: HeadSource | None = None
        self._road: Road | None = None

    def _source_of(self, *_of: object, **_options: object) -> CaseSource:
        assert self._source is not None  # noqa: S101 - the stage is there before anything is received
        return self._source

    def _stage(self, deadline: float) -> Stage:
        stage, settings = super()._stage(deadline), self._tools.settings
        self._source = HeadSource(
            self._chain, self._book, seed=settings.seed, run=settings.run, max_examples=settings.max_examples
        )
        self._road = Road(self._chain, self._tools, self._source, self._book, deadline)
        return replace(stage, road=self._road)

    def _create_topics(self) -> None:
        super()._create_topics()
        self._tools.cluster.create_topics(self._before.values())

    def _delete_topics(self) -> None:
        super()._delete_topics()
        self._tools.cluster.delete_topics(self._before)

    def _receive(self, stage: Stage) -> None:
        assert self._road is not None  # noqa: S101 - as above
        stage.observer.leave(self._before)
        self._road.open()
        super()._receive(stage)
        self._road.close()

    def _delete_group(self) -> None:
        super()._delete_group()
        self._tools.cluster.delete_groups([unit.group for unit in self._chain.companions if unit.run.group is None])

    def _end(self, stage: Stage, *, interrupted: bool) -> None:
        with ExitStack() as steps:  # last one first
            steps.callback(super()._end, stage, interrupted=interrupted)
            if self._road is not None:
                steps.callback(self._try_to, self._road.kill)


def _for_chains(settings: Settings) -> Settings:
    """Valid records only; what goes beyond them is for each service alone."""
    return msgspec.structs.replace(
        settings,
        kinds=frozenset({VALID_KIND}),
        faults=frozenset({"none"}),
        max_examples=min(settings.max_examples, _MOST),
        stored=(),
        shrink=False,
        shard=WHOLE,
    )
