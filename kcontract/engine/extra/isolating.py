"""Whose are effects that tie to no case? The invalid records of such a window once more, by halves (ORACLE.md §2)."""

from __future__ import annotations

from collections.abc import Sequence

from kcontract.engine.scene import Scene
from kcontract.judge.evidence import Window
from kcontract.judge.isolating import COPIES
from kcontract.model.case import Case, Expectation

_WINDOWS, _FOUND = 24, 3
"""So many windows may be sent for it, and so many records found."""


def isolate_effects(scene: Scene) -> None:
    """Find the records by halves; the judge has the proof from copies of one, behind a window without any."""
    suspects = _suspects(scene)
    if suspects and not _try(scene, []).astray:  # else something comes by the clock
        scene.player.phase = "isolating effects"
        _Search(scene).halve(suspects)


def _suspects(scene: Scene) -> list[Case]:
    """One invalid record of each kind of the windows in which such effects came."""
    cases = (case for window in scene.player.astray for case in window)
    found: dict[tuple[str, str], Case] = {}
    for case in cases:
        if case.expectation is Expectation.INVALID:
            found.setdefault((case.topic, case.kind), case)
    return list(found.values())


class _Search:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._left = _WINDOWS
        self._found = 0

    def halve(self, cases: Sequence[Case]) -> None:
        """Go on with what has such effects."""
        if not cases or self._found == _FOUND or not self._send(cases).astray:
            return
        if len(cases) > 1:
            middle = len(cases) // 2
            self.halve(cases[:middle])
            self.halve(cases[middle:])
        elif self._send([]).outcome == "settled":
            self._found += 1
            self._send([*cases] * COPIES, cases[0].root)

    def _send(self, cases: Sequence[Case], of: str = "") -> Window:
        """A window of its own; one without anything when there have been enough."""
        self._left -= 1
        if self._left < 0 or self._scene.stage.out_of_time or not self._scene.detective.revive():
            return Window(0, "isolate", "")
        return _try(self._scene, cases, of)


def _try(scene: Scene, cases: Sequence[Case], of: str = "") -> Window:
    copies = [scene.player.sources[case.topic].again(case) for case in cases]
    return scene.player.play("isolate", copies, of=of)
