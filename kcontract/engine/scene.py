"""What a phase works with."""

from __future__ import annotations

from dataclasses import dataclass

from kcontract.engine.confirming.culprits import Detective
from kcontract.engine.stage import Stage
from kcontract.engine.windows.player import Player


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a phase works with. The service may have ended: `detective.revive()` first."""

    stage: Stage
    player: Player
    detective: Detective
