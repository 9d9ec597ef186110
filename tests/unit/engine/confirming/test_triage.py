"""After a window that ended or stopped the service: who is blamed, what is sent again, what no more and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
import pytest

from kcontract.engine.confirming import triage
from kcontract.engine.confirming.triage import Triage
from kcontract.judge.evidence import Delivery, Window
from kcontract.model import events as ev
from kcontract.model.case import Case, Expectation, Role
from kcontract.model.finding import CaseVerdict
from tests.unit.engine.world import World, good, history_of, receiver_of, stage_of
from tests.unit.judge.story import AT, TOPIC

OVER = "--max-time is over"
_VERDICT = CaseVerdict(code="STUCK", case="", kind="valid", topic=TOPIC, at=AT, promised="", seen=())


@dataclass
class Detective:
    """Finds what it is told to find."""

    culprit: Case | None = None
    fatal: bool = False
    starts: bool = True
    stalls: int = 0
    hopeless: bool = False
    cleared: int = 0
    asked: list[list[Case]] = field(default_factory=list)
    tried: list[Case] = field(default_factory=list)

    def find(self, suspects: Sequence[Delivery], _parallel: int, _handled: Sequence[Delivery]) -> Case | None:
        self.asked.append([one.case for one in suspects])
        return self.culprit

    def is_fatal(self, case: Case) -> bool:
        self.tried.append(case)
        return self.fatal

    def revive(self) -> bool:
        return self.starts


class Ward:
    """A triage, with windows as they come out; what `play` makes of the window once more is `again`."""

    def __init__(self, *, alive: bool = True) -> None:
        self.world = World(good)
        self.stage = stage_of(self.world)
        self.player = receiver_of(self.stage)._player
        self.detective = Detective()
        self.again = Window(99, "repeat", "1", outcome="settled")
        self.repeated: list[list[Case]] = []
        self.player.play = self._play  # type: ignore[method-assign]
        self.triage = Triage(self.stage, self.player, cast("Any", self.detective))
        if alive:
            self.stage.state.pace.learn(0.1)

    def _play(self, purpose: str, cases: Sequence[Case], **_: object) -> Window:
        assert purpose == "repeat"
        self.repeated.append([*cases])
        return self.again

    def cases(self, count: int, role: Role = Role.CASE) -> list[Case]:
        return [self.player.sources[TOPIC].healthy(role, 0) for _ in range(count)]

    def malformed(self, count: int = 1) -> list[Case]:
        """Of different kinds."""
        kinds = {one.code: one for one in self.player.sources[TOPIC].malformed()}
        return [*kinds.values()][:count]

    def window(self, cases: Sequence[Case], outcome: str = "exited", **more: Any) -> Window:
        source = self.stage.state.promises.inputs[TOPIC]
        window = Window(1, "batch", "", outcome=outcome, starts=outcome == "exited", **more)
        window.deliveries += [Delivery(case, source, 1, 0.0) for case in cases]
        window.suspects = tuple(window.deliveries)
        self.player.cases[1] = tuple(cases)
        return window

    @property
    def left_out(self) -> dict[str, int]:
        """By the reason."""
        counts = Counter[str]()
        for (_, why), count in self.triage.not_sent.items():
            counts[why] += count
        return counts

    def be_late(self) -> None:
        self.world.clock.t = 1e6


def roots(cases: Sequence[Case]) -> list[str]:
    return [case.root for case in cases]


def test_a_calm_window_leaves_nothing_to_do() -> None:
    """Nobody is suspected, and nothing comes again, whatever had no outcome."""
    ward = Ward()
    assert ward.triage.resolve(ward.window(ward.cases(2), "settled")) == []
    assert (ward.detective.asked, ward.left_out) == ([], {})


def test_a_window_that_time_ended_is_left_out() -> None:
    """Nobody is suspected for it."""
    ward = Ward()
    assert ward.triage.resolve(ward.window(ward.cases(2), "stopped")) == []
    assert (ward.detective.asked, ward.left_out) == ([], {OVER: 2})


def test_what_had_no_outcome_comes_again_without_the_culprit() -> None:
    """Neither do those that the broker refused, nor what opens and closes a window."""
    ward = Ward()
    cases, others = ward.cases(5), ward.cases(1, Role.SENTINEL)
    window = ward.window([*cases, *others])
    window.deliveries[0].first_outcome_at = 1.0
    window.deliveries[1].refused = "too large"
    ward.detective.culprit = cases[2]
    again = ward.triage.resolve(window)
    assert roots(again) == roots(cases[3:])
    assert not {case.id for case in again} & {case.id for case in cases}
    assert ward.repeated == []


def test_of_a_service_that_never_did_anything_one_is_suspected() -> None:
    """Whatever it is sent first ends it; the others would only cost their starts."""
    dead, alive = Ward(alive=False), Ward()
    for ward in (dead, alive):
        ward.triage.resolve(ward.window(ward.cases(3)))
    assert [len(asked) for asked in dead.detective.asked] == [1]
    assert [len(asked) for asked in alive.detective.asked] == [3]


def test_a_window_that_settled_in_the_end_has_nothing_to_send_again() -> None:
    """The service came back within it; its culprit is known all the same."""
    ward = Ward()
    (bad,) = ward.malformed()
    ward.detective.culprit = bad
    assert ward.triage.resolve(ward.window([bad, *ward.cases(2)], "settled", stalled=True)) == []
    assert ward.triage.choose([bad]) == []


def test_a_window_whose_record_was_not_found_among_what_is_kept_blames_nobody() -> None:
    """Sent once more it would do it again, whoever stands first in it; and the run is not one without a finding."""
    ward = Ward()
    ward.detective.cleared = 1
    assert ward.triage.resolve(ward.window(ward.cases(3))) == []
    assert ward.repeated == []
    assert ward.left_out == {triage._KEEPS: 3}
    assert ward.triage.gave_up == triage._KEEPS


def test_the_window_does_it_once_more() -> None:
    """None of its records does it alone: the judge has its evidence, and its cases are not sent again."""
    ward = Ward()
    ward.again.stalled = True
    cases = ward.cases(3)
    assert ward.triage.resolve(ward.window(cases)) == []
    assert [roots(one) for one in ward.repeated] == [roots(cases)]
    assert ward.left_out == {"their window as a whole ends or stops the service": 3}
    assert "with none of its records alone" in ward.triage.gave_up


def test_time_ends_while_the_window_comes_once_more() -> None:
    """Whether it would do it again is not known."""
    ward = Ward()
    ward.again.outcome = "stopped"
    assert ward.triage.resolve(ward.window(ward.cases(3))) == []
    assert (ward.left_out, ward.triage.gave_up) == ({OVER: 3}, "")


def test_what_did_not_happen_again_is_told_and_sent_again_a_few_times() -> None:
    """A service that keeps ending without a cause is given up."""
    ward = Ward()
    for number in range(triage._ONCE_AT_MOST + 1):
        again = ward.triage.resolve(ward.window(ward.cases(2)))
        assert len(again) == (2 if number < triage._ONCE_AT_MOST else 0)
    assert ward.left_out == {"the service keeps ending or standing still without a cause": 2}
    assert "never for the same record again" in ward.triage.gave_up
    told = [event.what for event in history_of(ward.stage) if isinstance(event, ev.Blind)]
    assert told == ["the service exited once, and did not do it again"] * len(told)
    assert len(told) == triage._ONCE_AT_MOST + 1


@pytest.mark.parametrize("late", [False, True])
def test_a_service_that_starts_no_more(*, late: bool) -> None:
    """Without a verdict it could not be verified, unless the run had no time left for it."""
    ward = Ward()
    ward.detective.starts = False
    if late:
        ward.be_late()
    assert ward.triage.resolve(ward.window(ward.cases(2))) == []
    assert ward.left_out == {OVER if late else "the service does not start any more": 2}
    assert ward.triage.gave_up == ("" if late else "the service does not start any more")
    assert ward.repeated == []


def test_fatal_kinds_are_sent_no_more() -> None:
    """One of a malformed kind is enough, whatever its variant; of valid ones three, and of this variant only."""
    ward = Ward()
    (bad,), (fine, more) = ward.malformed(), ward.cases(2)
    ward.triage.blame(bad)
    other = msgspec.structs.replace(bad, id="other", kind=f"{bad.code}:other")
    assert ward.triage.choose([bad, other, fine]) == [fine]
    for number in range(3):
        assert ward.triage.choose([fine]) == [fine], number
        ward.triage.blame(fine)
    variant = msgspec.structs.replace(more, kind="valid:other")
    assert ward.triage.choose([fine, variant]) == [variant]
    assert ward.left_out == {"its kind is known to be fatal": 3}


def test_new_kinds_are_tried_alone_once_many_are_fatal() -> None:
    """Each once; valid ones not at all."""
    ward = Ward()
    *known, new, other = ward.malformed(5)
    (fine,) = ward.cases(1)
    for bad in known[:2]:
        ward.triage.blame(bad)
    assert ward.triage.choose([new, fine]) == [new, fine]
    assert ward.detective.tried == []
    ward.triage.blame(known[2])
    assert ward.triage.choose([new, new, fine]) == [new, new, fine]
    assert ward.triage.choose([new]) == [new]
    assert ward.detective.tried == [new]
    ward.detective.fatal = True
    assert ward.triage.choose([other, fine]) == [fine]
    assert ward.triage.choose([other]) == []
    assert ward.detective.tried == [new, other]


def test_nothing_is_tried_alone_when_time_is_over() -> None:
    """What is left is left out by whoever draws it."""
    ward = Ward()
    *known, new = ward.malformed(4)
    for bad in known:
        ward.triage.blame(bad)
    ward.be_late()
    assert ward.triage.choose([new]) == [new]
    assert ward.detective.tried == []


def test_a_service_that_stands_still_often_gets_valid_records_only() -> None:
    """Each stall costs seconds of waiting, and tells no more."""
    ward = Ward()
    (bad,), (fine,) = ward.malformed(), ward.cases(1)
    ward.detective.stalls = triage._STALLS_AT_MOST - 1
    calm = [ward.triage.calm]
    assert ward.triage.choose([bad, fine]) == [bad, fine]
    ward.detective.stalls += 1
    calm.append(ward.triage.calm)
    assert calm == [True, False]
    assert fine.expectation is Expectation.VALID
    assert ward.triage.choose([bad, fine]) == [fine]
    assert ward.left_out == {"the service stands still with malformed records of many kinds": 1}


def test_who_is_fatal_without_a_verdict() -> None:
    """What such records would have shown is not known: without any verdict the run must not be called a pass."""
    ward = Ward()
    bad, known = ward.cases(2)
    ward.stage.state.reached.append(msgspec.structs.replace(_VERDICT, case=f"{known.root}.1"))
    ward.triage.blame(known)
    assert ward.triage.gave_up == ""
    ward.triage.blame(bad)
    assert "why cannot be told" in ward.triage.gave_up
