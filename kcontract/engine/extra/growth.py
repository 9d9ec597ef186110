"""Which record makes what the service holds grow? Asked only if a window with cases had it grow a lot."""

from __future__ import annotations

from kcontract.engine.scene import Scene
from kcontract.judge.evidence import Window
from kcontract.judge.resources import COPIES, MEMORY, TRIALS, grew
from kcontract.model.case import Case, Role

_SECONDS = 60.0
"""For all of it, but for a round that has begun."""
_ROUNDS = 2


def find_growth(scene: Scene) -> None:
    """Try one case of each kind that was in such a window, and prove what one of them shows (`judge.resources`)."""
    scene.player.phase = "looking for what grows"
    deadline = scene.stage.tools.recorder.now() + scene.stage.left(_SECONDS)
    done: set[str] = set()
    for what, case in _suspects(scene):
        if what in done or scene.stage.tools.recorder.now() >= deadline or not scene.detective.revive():
            continue
        if _shows(scene, what, case):
            done.add(what)
            for _ in range(_ROUNDS):
                if not _round(scene, what, case):
                    break


def _suspects(scene: Scene) -> list[tuple[str, Case]]:
    return [(what, case) for what, cases in scene.player.grown.items() for case in cases.values()]


def _shows(scene: Scene, what: str, case: Case) -> bool:
    """Whether the case alone does it. Compared with nothing yet: no evidence, but a reason to look closer."""
    copies = _copies(what)
    before = scene.stage.observer.look_at_resources()
    window = _try(scene, case, copies)
    after = scene.stage.observer.held
    return (
        window.outcome == "settled" and before is not None and after is not None and grew(what, before, after, copies)
    )


def _round(scene: Scene, what: str, case: Case) -> bool:
    """In a new process: healthy records, the case, healthy records. False if the service cannot be had any more."""
    if not scene.stage.lifecycle.restarts(behind=True):
        return False
    scene.player.play("warm", [])
    trials = 1 if what == MEMORY else TRIALS
    windows = [_compare(scene, what), *(_try(scene, case, _copies(what)) for _ in range(trials)), _compare(scene, what)]
    return all(window.outcome == "settled" for window in windows) and not scene.stage.out_of_time


def _copies(what: str) -> int:
    return 1 if what == MEMORY else COPIES


def _try(scene: Scene, case: Case, copies: int) -> Window:
    source = scene.player.sources[case.topic]
    return scene.player.play("growth", [source.again(case) for _ in range(copies)], of=case.root, narrow=True)


def _compare(scene: Scene, what: str) -> Window:
    """As many healthy records as a trial has others."""
    topic, partition = scene.player.places[0]
    source = scene.player.sources[topic]
    healthy = [source.healthy(Role.HEALTHY, partition) for _ in range(_copies(what))]
    return scene.player.play("growth", healthy, narrow=True)
