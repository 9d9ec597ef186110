"""A unit while it runs: everything that its two sides work with."""

from __future__ import annotations

from dataclasses import dataclass

from kcontract.engine.lifecycle import Lifecycle
from kcontract.engine.observer import Observer
from kcontract.engine.plan import Unit
from kcontract.engine.tools import Tools
from kcontract.judge.state import UnitState
from kcontract.model.registry import RegisteredSchema


@dataclass(frozen=True, slots=True)
class Stage:
    """One unit while it runs."""

    tools: Tools
    unit: Unit
    book: tuple[RegisteredSchema, ...]
    state: UnitState
    observer: Observer
    lifecycle: Lifecycle
    deadline: float
    """On the run's clock."""

    @property
    def out_of_time(self) -> bool:
        return self.tools.recorder.now() >= self.deadline
