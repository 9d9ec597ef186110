"""What a receiver is put through after its cases, one phase after another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kcontract.engine.culprits import Detective
from kcontract.engine.stage import Stage
from kcontract.engine.windows import Player


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a phase works with. The service may have ended: `detective.revive()` first."""

    stage: Stage
    player: Player
    detective: Detective


Phase = Callable[[Scene], None]
"""Plays windows and records events; decides by itself whether the unit's contracts ask for it."""

BEFORE_CONFIRMING: tuple[Phase, ...] = ()
"""Phases whose windows leave doubts that are to be confirmed with those of the cases."""

AFTER_CONFIRMING: tuple[Phase, ...] = ()
"""Phases that confirm what they see themselves, or after which the service need not be well any more."""


def run_phases(phases: tuple[Phase, ...], scene: Scene) -> None:
    """Each phase in turn, as long as there is time and the service can be had."""
    for phase in phases:
        if scene.stage.out_of_time or not scene.detective.revive():
            return
        phase(scene)
