"""What a receiver is put through after its cases, one phase after another."""

from __future__ import annotations

from collections.abc import Callable

from kcontract.engine.bursts import play_bursts
from kcontract.engine.faults.receivers import receiver_faults
from kcontract.engine.growth import find_growth
from kcontract.engine.isolating import isolate_effects
from kcontract.engine.load import play_loads
from kcontract.engine.logs import read_logs
from kcontract.engine.redelivery import redeliver
from kcontract.engine.scene import Scene
from kcontract.engine.sequences import play_poison_runs, play_sequences
from kcontract.engine.sizes import play_sizes

__all__ = ["AFTER_CONFIRMING", "BEFORE_CONFIRMING", "Phase", "Scene", "run_phases"]

Phase = Callable[[Scene], None]
"""Plays windows and records events; decides by itself whether the unit's contracts ask for it."""

BEFORE_CONFIRMING: tuple[Phase, ...] = (play_poison_runs, play_sizes, isolate_effects, play_bursts)
"""Phases whose windows leave doubts that are to be confirmed with those of the cases."""

AFTER_CONFIRMING: tuple[Phase, ...] = (play_sequences, redeliver, play_loads, find_growth, read_logs, receiver_faults)
"""Phases that confirm what they see themselves, or after which the service need not be well any more."""


def run_phases(phases: tuple[Phase, ...], scene: Scene) -> None:
    """Each phase in turn, as long as there is time and the service can be had."""
    for phase in phases:
        if scene.stage.out_of_time or not scene.detective.revive():
            return
        phase(scene)
