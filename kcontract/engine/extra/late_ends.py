"""Ends behind which nobody looked for a record: between windows, or in those that ask something else."""

from __future__ import annotations

from kcontract.engine.confirming.late_ends import LateEnds
from kcontract.engine.scene import Scene
from kcontract.judge.late_ends import LateBook


def find_late_ends(scene: Scene) -> None:
    """Whose the last of them was; the judge has the proof from the last trial."""
    ends = scene.stage.state.book(LateBook).ends
    if ends:
        scene.player.phase = "looking for what ended it"
        LateEnds(scene.stage, scene.player).find(ends[-1])
