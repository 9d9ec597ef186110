"""What a unit of handlers works with while it is fuzzed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kcontract.engine.plan import Unit
from kcontract.engine.recorder import Recorder
from kcontract.engine.settings import Settings
from kcontract.generate.generators import Resolver
from kcontract.judge.state import UnitState
from kcontract.model.contract import Run
from kcontract.model.registry import RegisteredSchema
from kcontract.ports import Decider, Drawer, Giver, Handler, Maker, Registry


@dataclass(frozen=True, slots=True)
class FuzzTools:
    """The ports of a run without a broker, and what it may do."""

    registry: Registry
    handlers: Callable[[Run], Handler]
    recorder: Recorder
    settings: Settings
    decider: Decider | None = None
    maker: Maker | None = None
    giver: Giver | None = None
    drawer: Drawer | None = None
    """Has Hypothesis draw; None: all valid records are kcontract's own."""
    patience: float = 5.0
    """Seconds without an answer after which a handler is taken to hang; six times as long when that is confirmed."""

    @property
    def resolve(self) -> Resolver | None:
        """One value of a function of `generators`."""
        return self.giver.give if self.giver is not None else None


@dataclass(frozen=True, slots=True)
class Bench:
    """One unit while it is fuzzed."""

    tools: FuzzTools
    unit: Unit
    book: tuple[RegisteredSchema, ...]
    state: UnitState
    deadline: float
    """On the run's clock."""

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - self.tools.recorder.now()

    @property
    def out_of_time(self) -> bool:
        return self.tools.recorder.now() >= self.deadline
