"""Shrinking: the record of each finding is made smaller as long as the service does the same with it.

Many variants share a window. What comes back from one proves it; what does not come is tried once more, alone. The
judge takes each that shows the same for a further example, and a finding tells its smallest.
"""

from __future__ import annotations

from itertools import islice

from kcontract.engine.scene import Scene
from kcontract.generate.smaller import size
from kcontract.judge.evidence import Window
from kcontract.judge.findings import group_findings
from kcontract.judge.verdict import COMPANY, note_alone
from kcontract.model.case import Case
from kcontract.model.finding import CaseVerdict

_SECONDS = 5.0
"""For all findings of a unit."""
_AT_ONCE, _ROUNDS = 64, 10
_LARGEST = 4 << 20
"""Bytes: bombs that were asked for are not made smaller, for each try would take longer than the findings may."""
_FATAL = ("CRASHED", "CRASH_LOOP")
_FATAL_TRIES = 3
"""Variants of a fatal record that are tried: each costs starts."""
_OTHERS = frozenset(
    {
        "ACCEPTED_INVALID",
        "DEAD_LETTER_ALTERED",
        "MISREAD",
        "INVALID_EVENT",
        "NOT_DEAD_LETTERED",
        "REJECTED_VALID",
        "SKIPPED_VALID",
    }
)
"""Verdicts that one record earns by itself, without a fault, a neighbour or a repetition."""


def shrink(scene: Scene) -> None:
    """Make the first case of every finding as small as time allows."""
    stage, state = scene.stage, scene.stage.state
    if not stage.tools.settings.shrink:
        return
    scene.player.phase = "shrinking"
    deadline = stage.tools.recorder.now() + stage.left(_SECONDS)
    for finding in group_findings(stage.unit.name, state.reached, any_dead_letter=state.dead_letters > 0):
        case = case_of(finding.first)
        if case is not None and case.topic in scene.player.sources:
            _Shrinking(scene, case, deadline).run(fatal=finding.first.code in _FATAL)


def case_of(verdict: CaseVerdict) -> Case | None:
    """The case of a verdict that can be had from one record alone."""
    if verdict.record is None or verdict.expectation is None or verdict.cause == COMPANY:
        return None
    if verdict.code not in _OTHERS and verdict.code not in _FATAL:
        return None
    if len(verdict.record.value or b"") > _LARGEST:
        return None
    return Case(
        id=verdict.case,
        topic=verdict.topic,
        record=verdict.record,
        kind=verdict.kind,
        expectation=verdict.expectation,
        rejection=verdict.rejection,
        tokens=verdict.tokens,
        parent=verdict.parent,
        envelope=verdict.envelope,
        note=note_alone(verdict.note, verdict.rejection),
    )


class _Shrinking:
    """One case on its way to a smaller one."""

    def __init__(self, scene: Scene, case: Case, deadline: float) -> None:
        self._scene = scene
        self._best = case
        self._deadline = deadline

    def run(self, *, fatal: bool) -> None:
        if fatal:
            self._one_by_one()
            return
        for _ in range(_ROUNDS):
            variants = list(islice(self._smaller(), _AT_ONCE))
            if not variants or not self._can_go_on() or not self._take_best(self._play(variants)):
                break

    def _one_by_one(self) -> None:
        """The smallest variants of a fatal record."""
        for variant in sorted(self._smaller(), key=lambda case: size(case.record))[:_FATAL_TRIES]:
            if self._can_go_on() and self._take_best(self._play([variant])):
                return

    def _smaller(self) -> list[Case]:
        return list(self._scene.player.sources[self._best.topic].smaller(self._best))

    def _play(self, variants: list[Case]) -> Window:
        return self._scene.player.play("shrink", variants, of=self._best.root)

    def _take_best(self, window: Window) -> bool:
        """Go on with the smallest variant that showed the same; False if none did, or none does it alone."""
        same = self._scene.stage.state.court.same_again(window)
        cases = sorted((delivery.case for delivery, _ in same), key=lambda case: size(case.record))
        if not cases or size(cases[0].record) >= size(self._best.record):
            return False
        if not self._does_it_alone(cases[0]):
            return False
        self._best = cases[0]
        return True

    def _does_it_alone(self, case: Case) -> bool:
        """Known of what came back; else the same bytes once more in a window of their own."""
        reached = self._scene.stage.state.reached
        if any(verdict.case == case.id for verdict in reversed(reached[-_AT_ONCE:])):
            return True
        if not self._can_go_on():
            return False
        again = self._scene.player.sources[case.topic].again(case)
        return bool(self._scene.stage.state.court.same_again(self._play([again])))

    def _can_go_on(self) -> bool:
        now = self._scene.stage.tools.recorder.now()
        return now < self._deadline and not self._scene.stage.out_of_time and self._scene.detective.revive()
