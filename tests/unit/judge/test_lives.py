"""Ends of the process that are nobody's fault, and those that are."""

from __future__ import annotations

import msgspec
import pytest

from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.contract import Action, Run, Send
from tests.unit.judge.story import AT, Story
from tests.unit.judge.story import contract as story_contract


def test_one_kill_from_outside_is_no_crash() -> None:
    """The machine may have been out of memory: it takes a second time."""
    story = Story()
    for _ in range(2):
        assert story.codes == []
        story.window("alone", "1")
        story.invalid("1")
        story.exit(-9)
        story.close("exited")
    assert story.codes == ["CRASHED"]


def test_an_exit_by_itself_needs_no_second_one() -> None:
    """A segmentation fault is nobody else's doing."""
    story = Story()
    story.window("alone", "1")
    story.invalid("1")
    story.exit(-11)
    story.close("exited")
    assert story.codes == ["CRASHED"]


def failing_starts(story: Story, number: int) -> None:
    """Starts that end before the service is ready."""
    for _ in range(number):
        story.start()
        story.exit(1)


def test_a_service_that_never_starts_again_after_a_record() -> None:
    """CRASH_LOOP: it exits on a record, and then at every start, wherever that begins."""
    story = Story()
    story.window()
    story.invalid("1")
    story.exit(1)
    story.start()
    story.exit(1)
    story.close("exited")
    assert story.codes == []
    failing_starts(story, 1)
    assert (story.codes, story.verdict.case) == (["CRASH_LOOP"], "1")


def test_a_service_that_starts_again() -> None:
    """Ready once more: what ended it is for the windows to find."""
    story = Story()
    story.window()
    story.invalid("1")
    story.exit(1)
    story.close("exited")
    failing_starts(story, 1)
    story.start()
    story.tell(ev.ServiceReady(story.now, 1))
    failing_starts(story, 3)
    assert story.codes == []


def test_an_exit_between_windows_is_told() -> None:
    """Nothing was sent, so no record is to blame; but somebody should know."""
    story = Story()
    story.start()
    story.tell(ev.ServiceReady(story.now, 1))
    story.exit(3)
    story.state.close()
    assert [what for what, _ in story.state.blind] == [
        "the service exited with code 3 while nothing was sent to it, once"
    ]


def test_an_exit_behind_a_request_is_told_as_such() -> None:
    """No record was sent, and yet it is not true that nothing was; a new process has not been asked anything."""
    story = Story()
    send = Send(at=AT, name="till", run=Run(at=AT), action=Action(at=AT, http="POST /people"))
    contract = msgspec.structs.replace(story_contract(), receive=(), send=(send,))
    story.state = UnitState("run", compile_promises("till", [contract], ()))
    for asked in (True, False):
        story.start()
        story.ready()
        if asked:
            story.tell(ev.Requested(story.now, "1", "valid", "valid", contract.topic, "POST", "http://x", b""))
        story.exit(2)
    story.state.close()
    assert [what for what, _ in story.state.blind] == [
        "the service exited with code 2 behind a request, once",
        "the service exited with code 2 while nothing was sent to it, once",
    ]


def test_a_service_that_was_never_ready_is_told_as_such_only() -> None:
    """Its exits are why it could not run: there is no end that nothing led to."""
    story = Story()
    story.start()
    story.exit(1)
    story.state.close()
    assert story.state.blind == []


@pytest.mark.parametrize(
    ("action", "code", "told"),
    [
        (Action(at=AT, command=("till",)), 0, 0),
        (Action(at=AT, start=True), 0, 0),
        (Action(at=AT, command=("till",)), 1, 1),
        (Action(at=AT, http="POST /people"), 0, 1),
    ],
    ids=str,
)
def test_a_service_that_nobody_needs_any_more(action: Action, code: int, told: int) -> None:
    """What makes the sender send is a process of its own, or has happened: the service may be over."""
    send = Send(at=AT, name="till", run=Run(at=AT), action=action)
    story = Story()
    contract = msgspec.structs.replace(story_contract(), receive=(), send=(send,))
    story.state = UnitState("run", compile_promises("till", [contract], ()))
    story.start()
    story.tell(ev.ServiceReady(story.now, 1))
    story.exit(code)
    story.state.close()
    assert sum("while nothing was sent" in what for what, _ in story.state.blind) == told


def test_an_exit_within_a_window_is_the_window_s() -> None:
    """It is judged with what was sent, and no end that nothing led to."""
    story = Story()
    story.start()
    story.tell(ev.ServiceReady(story.now, 1))
    story.window()
    story.send("1")
    story.exit(3)
    story.effect("1")
    story.close()
    story.state.close()
    assert story.state.blind == []


@pytest.mark.parametrize("reason", ["restart", "fault"])
def test_an_end_that_was_asked_for(reason: ev.KillReason) -> None:
    """It is no standing still, and nobody is suspect for it."""
    story = Story()
    story.window()
    story.send("1")
    story.kill(reason)
    window = story.state.window
    assert window is not None
    assert (window.stalled, window.suspects) == (False, ())


def test_doubts_that_come_to_nothing_are_told() -> None:
    """With their number: what was not confirmed in time is no pass."""
    story = Story()
    story.window()
    story.invalid("1")
    story.invalid("2")
    story.close()
    story.state.close()
    assert story.codes == []
    assert any(what.startswith("2 cases missed something once") for what, _ in story.state.blind)


def test_a_service_that_went_on_and_fails_later() -> None:
    """Its window settled, so that the record is not what it fails with now."""
    story = Story()
    story.window()
    story.invalid("1")
    story.exit(1)
    story.start()
    story.dead_letter("1")
    story.close()
    failing_starts(story, 3)
    assert story.codes == []
