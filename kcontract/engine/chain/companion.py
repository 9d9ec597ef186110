"""A service that runs beside the one that is judged, and is not judged itself."""

from __future__ import annotations

from dataclasses import replace

from kcontract.engine.lifecycle import Lifecycle
from kcontract.engine.plan import Unit, placeholder_values
from kcontract.engine.settings import ServiceGone
from kcontract.engine.stage import Stage
from kcontract.engine.tools import Tools
from kcontract.engine.watching.observer import Observer
from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model.registry import RegisteredSchema


class Companion:
    """Started once. Nothing of it is recorded, and no tap stands before it: that one reads along with another."""

    def __init__(self, unit: Unit, tools: Tools, book: tuple[RegisteredSchema, ...], deadline: float) -> None:
        self.unit = unit
        aside = replace(tools, recorder=tools.recorder.muted(), tap=None)
        places = tuple((contract.topic, n) for contract, _ in unit.receives for n in range(contract.partitions))
        self._observer = Observer(aside.cluster, aside.recorder, unit.group, places)
        self._lifecycle = Lifecycle(unit, aside, self._observer, placeholder_values(unit, aside), places, deadline)
        state = UnitState(tools.settings.run, compile_promises(unit.name, unit.contracts, book))
        self.stage = Stage(aside, unit, book, state, self._observer, self._lifecycle, deadline)
        """For asking it; its state hears of nothing."""

    def start(self) -> None:
        """ServiceGone if it does not get ready."""
        self._lifecycle.commit_ends()
        self._lifecycle.start()

    def check(self) -> None:
        """ServiceGone if it has exited."""
        self._observer.look_at_process()
        if self._lifecycle.gone:
            service = self._lifecycle.service
            raise ServiceGone(f"{self.unit.name}, before it in the chain, exited", service.output() if service else "")

    def stop(self) -> None:
        self._lifecycle.stop()

    def kill(self) -> None:
        self._lifecycle.kill("interrupted")
