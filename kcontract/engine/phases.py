"""What a receiver is put through after its cases, one phase after another."""

from __future__ import annotations

from collections.abc import Callable

from kcontract.engine.extra.bursts import play_bursts
from kcontract.engine.extra.growth import find_growth
from kcontract.engine.extra.isolating import isolate_effects
from kcontract.engine.extra.late_ends import find_late_ends
from kcontract.engine.extra.logs import read_logs
from kcontract.engine.extra.redelivery import redeliver
from kcontract.engine.extra.sequences import play_poison_runs, play_sequences
from kcontract.engine.extra.sizes import play_sizes
from kcontract.engine.faults.receivers import receiver_faults
from kcontract.engine.load.load import play_loads
from kcontract.engine.scene import Scene

__all__ = ["AFTER_CONFIRMING", "BEFORE_CONFIRMING", "Phase", "Scene", "run_phases"]

Phase = Callable[[Scene], None]
"""Plays windows and records events; decides by itself whether the unit's contracts ask for it."""

BEFORE_CONFIRMING: tuple[Phase, ...] = (play_poison_runs, play_sizes, isolate_effects, play_bursts)
"""Phases whose windows leave doubts that are to be confirmed with those of the cases."""

AFTER_CONFIRMING: tuple[Phase, ...] = (
    play_sequences, redeliver, play_loads, find_growth, read_logs, find_late_ends, receiver_faults,
)  # fmt: skip
"""Phases that confirm what they see themselves, or after which the service need not be well any more."""


def run_phases(phases: tuple[Phase, ...], scene: Scene) -> None:
    """Each phase in turn, as long as there is time and the service can be had."""
    for phase in phases:
        if scene.stage.out_of_time or not scene.detective.revive():
            return
        phase(scene)
