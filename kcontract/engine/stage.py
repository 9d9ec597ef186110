"""A unit while it runs: everything that its two sides work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kcontract.engine.lifecycle import Lifecycle
from kcontract.engine.plan import Unit
from kcontract.engine.tools import Tools
from kcontract.engine.watching.observer import Observer
from kcontract.judge.state import UnitState
from kcontract.model.case import Case
from kcontract.model.record import LogRecord
from kcontract.model.registry import RegisteredSchema

_LEAST = 0.1
"""Seconds: for asking once what is there already."""


class Road(Protocol):
    """The way of a case to its topic through other services."""

    def carry(self, case: Case) -> tuple[Case, LogRecord]:
        """The case as it stands there, and where. ServiceGone if it does not come."""
        ...


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
    road: Road | None = None
    """How records come to the service, where it is not the harness that writes them to its topic."""

    def left(self, most: float) -> float:
        """`most` seconds, or what is left of the run's time if that is less; never quite nothing."""
        return max(_LEAST, min(most, self.deadline - self.tools.recorder.now()))

    def is_out_of_time(self) -> bool:
        """As `out_of_time`, to be handed on."""
        return self.out_of_time

    @property
    def out_of_time(self) -> bool:
        return self.tools.recorder.now() >= self.deadline

    @property
    def alive(self) -> bool:
        """Whether any healthy record had its effect, as far as effects can be seen."""
        inputs, views = self.state.promises.inputs, self.state.views
        return self.state.pace.known or not any(views.asks(t) or i.shows_events for t, i in inputs.items())
