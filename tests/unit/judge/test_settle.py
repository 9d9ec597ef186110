"""When negatives may be stated, and whom to suspect."""

from __future__ import annotations

import msgspec
import pytest

from kcontract.judge.pace import QUIET_CEILING, QUIET_FLOOR, STALL_CEILING, STALL_FLOOR, Pace, percentile
from kcontract.judge.settle import suspects
from kcontract.judge.tapped import OFTEN
from kcontract.model import events as ev
from kcontract.model.case import Expectation, Role
from kcontract.model.service import Resources
from tests.unit.judge.story import TOPIC, Story, changed


def prompt(story: Story) -> Story:
    """A service that was seen to commit soon after each outcome."""
    story.state.pace.learn(0.01)
    story.state.pace.learn_commit(0.01)
    return story


def full_window(story: Story) -> None:
    story.window()
    story.send("1", role=Role.HEALTHY)
    story.invalid("2")
    story.send("3", role=Role.SENTINEL)
    story.invalid("4", role=Role.MARKER)


def test_where_nothing_but_the_commit_can_be_seen_it_is_waited_for() -> None:
    """No effect is declared, and no record was refused yet: the first commits say that the service makes some."""
    story = Story(emits=False)
    story.window("warm")
    story.send("1")
    story.commit(1)
    story.close()
    assert story.state.pace.commits
    story.window()
    story.send("2", role=Role.SENTINEL)
    assert not story.state.standing().answered
    story.commit(2)
    assert story.state.standing().complete


def test_where_an_effect_will_tell_commits_before_it_tell_nothing() -> None:
    """How soon after a record's outcome it is committed is learnt from outcomes."""
    story = Story()
    story.window("warm")
    story.send("1")
    story.commit(1)
    assert not story.state.pace.commits


def test_a_window_is_complete_with_sentinel_marker_and_commit() -> None:
    """§3 (a) and (b): none of the three may be missing."""
    story = prompt(Story())
    full_window(story)
    story.effect("1")
    story.dead_letter("2")
    story.effect("3")
    assert not story.state.standing().answered
    story.dead_letter("4")
    assert story.state.standing().answered
    assert not story.state.standing().complete
    story.commit(3)
    assert not story.state.standing().complete
    story.commit(4)
    assert story.state.standing().complete


def test_a_commit_beyond_the_marker_is_enough() -> None:
    """Never equality with the end: transaction markers leave gaps."""
    story = prompt(Story())
    full_window(story)
    for case in ("1", "3"):
        story.effect(case)
    for case in ("2", "4"):
        story.dead_letter(case)
    story.commit(17)
    assert story.state.standing().complete


def test_late_commits_are_not_waited_for() -> None:
    """Auto-commit and Streams: outcomes say more than commits that come after seconds."""
    story = Story()
    story.state.pace.learn_commit(5.0)
    full_window(story)
    story.effect("3")
    story.dead_letter("4")
    assert story.state.standing().complete


def test_a_sentinel_that_is_committed_past_asks_for_another() -> None:
    """Its partition is told, and the outcome of a second sentinel completes the window."""
    story = prompt(Story())
    full_window(story)
    story.dead_letter("4")
    story.commit(4)
    assert story.state.standing().passed == (("orders", 0),)
    story.send("5", role=Role.SENTINEL)
    story.effect("5")
    story.commit(5)
    assert story.state.standing().complete


def test_a_marker_under_skip_is_answered_by_the_commit() -> None:
    """A passed record leaves nothing but the offset."""
    story = prompt(Story("skip"))
    full_window(story)
    story.effect("3")
    assert not story.state.standing().answered
    story.commit(4)
    assert story.state.standing().complete


def test_a_window_without_sentinel_never_settles() -> None:
    """Nothing would tell that its partition still moves."""
    story = prompt(Story())
    story.window()
    story.send("1")
    story.effect("1")
    story.commit(1)
    assert not story.state.standing().answered


def test_what_the_broker_has_not_taken_is_waited_for() -> None:
    """A record that is on its way may still have an outcome."""
    story = prompt(Story())
    full_window(story)
    story.tell(ev.Sent(story.now, 1, msgspec.structs.replace(story.cases["1"], id="9", role=Role.CASE)))
    story.effect("3")
    story.dead_letter("4")
    assert not story.state.standing().answered
    story.tell(ev.Acknowledged(story.now, "9", TOPIC, 0, 4))
    assert story.state.standing().answered


def test_a_marker_does_not_stand_for_the_sentinel() -> None:
    """Dead letters may come while effects are behind."""
    story = prompt(Story())
    full_window(story)
    story.dead_letter("2")
    story.dead_letter("4")
    assert story.state.standing().missing == ((TOPIC, 0),)
    assert not story.state.standing().answered


def test_each_pooled_key_has_its_own_end() -> None:
    """A service that works key by key may be done with one of them and behind with another."""
    story = prompt(Story(promised=changed({"order": "key"})))
    story.window()
    story.send("1", role=Role.SENTINEL, key=b"a")
    story.send("2", role=Role.SENTINEL, key=b"b")
    story.effect("2")
    assert not story.state.standing().answered
    story.effect("1")
    assert story.state.standing().answered


@pytest.mark.parametrize("how", ["answered", "refused"])
def test_probes_wait_for_the_answers_to_malformed_records(how: str) -> None:
    """Their time is what is measured; one that the broker refused has none."""
    story = prompt(Story())
    story.window("probe")
    story.invalid("1")
    story.send("2", role=Role.SENTINEL)
    story.effect("2")
    assert not story.state.standing().answered
    if how == "answered":
        story.dead_letter("1")
    else:
        story.tell(ev.Refused(story.now, "1", "too large"))
    assert story.state.standing().answered


def test_a_late_commit_is_no_dead_letter() -> None:
    """Auto-commit goes past a marker though its dead letter is still on the way."""
    story = Story()
    story.state.pace.learn_commit(5.0)
    full_window(story)
    story.effect("3")
    story.commit(4)
    assert not story.state.standing().answered


def test_in_a_blow_up_cases_with_an_outcome_are_suspect_too() -> None:
    """The service may have got so far before it was seen to hold too much; healthy records had their chance."""
    story = Story()
    story.window()
    story.send("1", role=Role.HEALTHY)
    story.invalid("2")
    story.effect("1")
    story.dead_letter("2")
    window = story.state.window
    assert window is not None
    assert suspects(window, {}) == ()
    story.tell(ev.ResourcesSeen(story.now, Resources(1 << 34, 20, 8, 4, share=0.7)))
    assert [delivery.case.id for delivery in suspects(window, {})] == ["2"]


def test_suspects_begin_behind_the_last_outcome() -> None:
    """The heads of the partitions come first, invalid ones before valid ones, earlier misses last."""
    story = Story()
    story.window()
    story.invalid("1", partition=0)
    story.send("2", partition=0)
    story.send("3", partition=0)
    story.invalid("4", partition=0)
    story.invalid("5", partition=1)
    story.send("6", Expectation.EITHER, kind="trailing_bytes", partition=1)
    story.effect("2")
    window = story.state.window
    assert window is not None
    assert [d.case.id for d in suspects(window, {})] == ["5", "3", "4", "6", "1"]


def test_where_it_stands_still_what_was_handled_again_and_again_is_suspect() -> None:
    """Behind those without an outcome that come after it, before those that come earlier."""
    story = Story()
    story.window()
    for case in "123":
        story.send(case)
    for _ in range(OFTEN):
        story.effect("2")
    window = story.state.window
    assert window is not None
    assert [delivery.case.id for delivery in suspects(window, {})] == ["3", "1"]
    story.kill("stalled")
    assert [delivery.case.id for delivery in window.suspects] == ["3", "2", "1"]


def test_an_exit_remembers_its_suspects() -> None:
    """What comes later, redelivered after the restart, does not change who was suspect then."""
    story = Story()
    story.window()
    story.invalid("1")
    story.send("2")
    story.exit()
    story.start()
    story.dead_letter("1")
    story.effect("2")
    window = story.state.window
    assert window is not None
    assert [delivery.case.id for delivery in window.suspects] == ["1", "2"]


def test_the_pace_of_a_fast_service_keeps_its_floors() -> None:
    """A busy machine may stop a service of a millisecond for seconds: nothing is stated earlier than the floors."""
    pace = Pace()
    pace.learn(0.001)
    assert (pace.quiet, pace.stall) == (QUIET_FLOOR, STALL_FLOOR)


def test_deadlines_follow_from_the_slowest_record() -> None:
    """Four and twenty times the p99, and three times a late commit."""
    pace = Pace()
    for latency in (0.1, 0.5):
        pace.learn(latency)
    assert (pace.quiet, pace.stall) == (2.0, 10.0)
    pace.learn_commit(5.0)
    assert pace.stall == 15.0
    pace.learn_commit(500.0)
    assert pace.stall == STALL_CEILING


def test_gaps_from_which_a_service_went_on_are_waited_for() -> None:
    """Twice as long before a negative, four times before it stands still; never longer than the ceilings."""
    pace = Pace()
    pace.learn_gap(2.0)
    assert (pace.quiet, pace.stall) == (4.0, 8.0)
    pace.learn_gap(60.0)
    assert (pace.quiet, pace.stall) == (QUIET_CEILING, STALL_CEILING)


def test_a_start_is_no_standing_still() -> None:
    """Progress is counted anew from the moment that a restarted service is ready, first slow records included."""
    story = Story()
    story.window()
    story.send("1")
    story.wait(60.0)
    story.start()
    story.tell(ev.ServiceReady(story.now, 1))
    window = story.state.window
    assert window is not None
    assert window.progress_at == story.now
    story.state.pace.learn_first(4.0)
    story.state.pace.learn(0.01)
    assert story.state.pace.stall == 12.0


def test_percentiles_are_nearest_ranks() -> None:
    """No value is invented between two."""
    assert [percentile([4.0, 1.0, 3.0, 2.0], share) for share in (0.25, 0.5, 0.99)] == [1.0, 2.0, 4.0]
    assert percentile([], 0.5) == 0.0
