"""Which record makes what the service holds grow? Asked only if a window with cases had it grow a lot."""

from __future__ import annotations

from kcontract.engine.scene import Scene
from kcontract.judge.evidence import Window
from kcontract.judge.resources import COPIES, MEMORY, TRIALS, copies_for, grew, leaking_copies
from kcontract.model.case import Case, Role
from kcontract.model.service import Resources

_SECONDS = 60.0
"""For all of it, but for a round that has begun."""
_ROUNDS = 2
_LETS_GO_SECONDS = 10.0
"""What is let go of by then, such as a thread that waits before it tries again, has not stayed."""
_LOOK_SECONDS = 0.2
_LEAKS = 3
"""So many cases that take some memory, but not much, are tried in many copies."""


def find_growth(scene: Scene) -> None:
    """Try one case of each kind that was in such a window, and prove what one of them shows (`judge.resources`)."""
    scene.player.phase = "looking for what grows"
    deadline = scene.stage.tools.recorder.now() + scene.stage.left(_SECONDS)
    done: set[str] = set()
    leaking = _LEAKS
    for what, case in _suspects(scene):
        if what in done or scene.stage.tools.recorder.now() >= deadline or not scene.detective.revive():
            continue
        copies = _copies(what)
        held = _shows(scene, case, copies)
        if held is None and copies > 1 and scene.detective.revive():  # so many may be more than its process can hold
            copies, held = 1, _shows(scene, case, 1)
        if held and what == MEMORY and not grew(what, *held, copies) and leaking and (many := leaking_copies(*held)):
            leaking, copies = leaking - 1, many
            held = _shows(scene, case, copies)
        if held and grew(what, *held, copies):
            done.add(what)
            copies = copies_for(what, *held, copies)
            for number in range(_ROUNDS):
                if not _round(scene, what, case, copies, patient=number == 0):
                    break


def _suspects(scene: Scene) -> list[tuple[str, Case]]:
    return [(what, case) for what, cases in scene.player.grown.items() for case in cases.values()]


def _shows(scene: Scene, case: Case, copies: int) -> tuple[Resources, Resources] | None:
    """What is held before and after so many copies of the case alone. Compared with nothing yet: no evidence, but it
    may be a reason to look closer."""
    before = scene.stage.observer.look_at_resources()
    window = _try(scene, case, copies)
    after = scene.stage.observer.held
    return (before, after) if window.outcome == "settled" and before is not None and after is not None else None


def _round(scene: Scene, what: str, case: Case, copies: int, *, patient: bool) -> bool:
    """In a new process: healthy records, the case, healthy records. False if the service cannot be had any more.

    `patient`: the last ones are sent only when what the case took has had its time to be let go of.
    """
    if not scene.stage.lifecycle.restarts(behind=True):
        return False
    scene.player.play("warm", [])
    trials = 1 if what == MEMORY and copies == 1 else TRIALS
    windows = [_compare(scene, copies)]
    before = scene.stage.observer.look_at_resources()
    windows += [_try(scene, case, copies) for _ in range(trials)]
    if patient and before is not None:
        _wait_while_held(scene, what, before, trials * copies)
    windows.append(_compare(scene, copies))
    return all(window.outcome == "settled" for window in windows) and not scene.stage.out_of_time


def _wait_while_held(scene: Scene, what: str, before: Resources, copies: int) -> None:
    observer, recorder = scene.stage.observer, scene.stage.tools.recorder
    until = recorder.now() + scene.stage.left(_LETS_GO_SECONDS)
    while recorder.now() < until and not observer.exited:
        held = observer.look_at_resources()
        if held is None or not grew(what, before, held, copies // 2):
            return
        observer.look(_LOOK_SECONDS)


def _copies(what: str) -> int:
    return 1 if what == MEMORY else COPIES


def _try(scene: Scene, case: Case, copies: int) -> Window:
    source = scene.player.sources[case.topic]
    return scene.player.play("growth", [source.again(case) for _ in range(copies)], of=case.root)


def _compare(scene: Scene, copies: int) -> Window:
    """As many healthy records as a trial has others."""
    topic, partition = scene.player.places[0]
    source = scene.player.sources[topic]
    healthy = [source.healthy(Role.HEALTHY, partition) for _ in range(copies)]
    return scene.player.play("growth", healthy)
