"""OUT_OF_ORDER, of a key's events and of one case's; and what `when` rules out."""

from __future__ import annotations

import json

import msgspec
import pytest

from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.case import Role
from kcontract.model.record import LogRecord, Record
from tests.unit.judge.story import OUT, Story, changed, contract, schema

BY_KEY = {"order": "key"}
STEPS = (("/step", ("packed", "sent")),)


def keyed_window(story: Story, first: int, effects: tuple[int, ...], *, other_key: bool = False) -> None:
    """Two records of one key, whose effects come as told, in a window of their own."""
    story.window("burst")
    for number in (first, first + 1):
        key = b"other" if other_key and number > first else b"k"
        story.send(str(number), key=key)
    for number in effects:
        story.effect(str(first + number))
    story.close()


def test_events_of_one_key_in_another_order_twice() -> None:
    """In two windows the later record's effect came first."""
    story = Story(promised=changed(BY_KEY))
    keyed_window(story, 1, (1, 0))
    assert story.codes == []
    keyed_window(story, 3, (1, 0))
    assert story.codes == ["OUT_OF_ORDER"] * 2
    assert story.state.reached[0].case == "1"


def test_overtaking_in_one_window_is_told_as_blind() -> None:
    """Once may be the machine's doing; it is not kept silent."""
    story = Story(promised=changed(BY_KEY))
    keyed_window(story, 1, (1, 0))
    keyed_window(story, 3, (0, 1))
    story.state.close()
    assert story.codes == []
    assert any("in another order" in what for what, _ in story.state.blind)


@pytest.mark.parametrize("why", ["not promised", "another key", "repeats"])
def test_an_order_that_is_right(why: str) -> None:
    """Different keys may overtake each other, and only first effects count."""
    story = Story(promised=changed({} if why == "not promised" else BY_KEY))
    for first in (1, 3):
        effects = (0, 1, 0, 1) if why == "repeats" else (1, 0)
        keyed_window(story, first, effects, other_key=why == "another key")
    story.state.close()
    assert "OUT_OF_ORDER" not in story.codes


def test_an_order_that_is_promised_for_another_topic() -> None:
    """Each receiver of a service speaks for its own topic."""
    story = Story()
    other = msgspec.structs.replace(changed(BY_KEY), topic="returns")
    story.state = UnitState("run", compile_promises("billing", [contract(), other], ()))
    for first in (1, 3):
        keyed_window(story, first, (1, 0))
    assert "OUT_OF_ORDER" not in story.codes


def test_an_order_around_a_start_says_nothing() -> None:
    """What is handled again comes behind what was handled before."""
    story = Story(promised=changed(BY_KEY))
    for first in ("1", "3"):
        second = str(int(first) + 1)
        story.window()
        story.send(first, key=b"k")
        story.send(second, key=b"k")
        story.effect(second)
        story.exit()
        story.start()
        story.effect(first)
        story.close()
    story.state.close()
    assert story.codes == []


def test_an_effect_that_is_credited_late_stands_where_it_stands() -> None:
    """It names no record, so that it is credited as its window closes: behind that of a later record, before which it
    was written."""
    story = Story(promised=changed(BY_KEY, where=None))
    for first in ("1", "3"):
        later = str(int(first) + 1)
        story.window("alone", first)
        story.send(first, key=b"k")
        story.send(later, key=b"k", role=Role.SENTINEL)
        story.seen(OUT, Record(b"k", b'{"order": "nobody"}'))
        story.effect(later)
        story.close()
    story.state.close()
    assert story.codes == []
    assert not any("in another order" in what for what, _ in story.state.blind)


def step(story: Story, case: str, name: str) -> None:
    story.effect(case, step=name)


@pytest.mark.parametrize(
    ("steps", "codes"),
    [
        (("packed", "sent"), []),
        (("sent", "packed"), ["OUT_OF_ORDER"]),
        (("sent", "sent"), []),
        (("packed", "unknown"), []),
    ],
)
def test_the_order_of_one_case_s_effects(steps: tuple[str, ...], codes: list[str]) -> None:
    """`emits.order`: the values of a field come in the order in which the contract lists them."""
    story = Story(promised=changed(count=2, order=STEPS))
    story.window()
    story.send("1")
    for name in steps:
        step(story, "1", name)
    story.close()
    assert story.codes == codes


def test_effects_that_begin_anew_after_a_start() -> None:
    """Packed, sent, and after a restart packed and sent again: only the first of each counts."""
    story = Story(promised=changed(count=2, order=STEPS))
    story.window()
    story.send("1")
    step(story, "1", "packed")
    step(story, "1", "sent")
    story.exit()
    story.start()
    step(story, "1", "packed")
    step(story, "1", "sent")
    story.close()
    story.state.close()
    assert story.codes == []


@pytest.mark.parametrize(("amount", "codes"), [(7, []), (2, ["INVALID_EVENT"])])
def test_an_effect_of_an_input_outside_when(amount: int, codes: list[str]) -> None:
    """An input that meets `when` has its effect; of any other the same event is one that the contract rules out."""
    when = schema({"properties": {"amount": {"minimum": 5}}})
    story = Story(promised=changed(when=when))
    story.window()
    story.send("1", value=b'{"id": "id-1", "amount": %d}' % amount)
    story.seen(OUT, Record(None, b'{"order": "id-1", "amount": %d}' % amount, story.cases["1"].record.headers))
    story.close()
    story.state.close()
    assert story.codes == codes


def test_an_input_outside_when_without_an_effect() -> None:
    """Nothing came, and nothing had to."""
    story = Story(promised=changed(when=schema({"properties": {"amount": {"minimum": 5}}})))
    story.window()
    story.send("1")
    story.commit(1)
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])


def test_the_order_of_an_invalid_record_s_effects() -> None:
    """It must have none, in whichever order."""
    story = Story(promised=changed(count=2, order=STEPS))
    story.window()
    story.invalid("1")
    step(story, "1", "sent")
    step(story, "1", "packed")
    story.close()
    assert story.codes == ["ACCEPTED_INVALID"]


def test_effects_in_two_partitions_have_no_order() -> None:
    """Kafka keeps none between them."""
    story = Story(promised=changed(count=2, order=STEPS))
    story.window()
    sent = story.send("1").record
    for partition, name in enumerate(("sent", "packed")):
        value = json.dumps({"order": "id-1", "amount": 2, "step": name}).encode()
        story.tell(ev.Seen(story.now, LogRecord(OUT, partition, 0, Record(sent.key, value, sent.headers))))
    story.close()
    assert (story.codes, story.state.doubts) == ([], [])


@pytest.mark.parametrize("why", ["a rebalance meanwhile", "an exit behind it", "invalid records"])
def test_an_overtaking_that_is_excused(why: str) -> None:
    """Records may have been delivered again, or should have had no effect at all."""
    story = Story(promised=changed(BY_KEY))
    for first in ("1", "3"):
        second = str(int(first) + 1)
        story.window("burst")
        for case in (first, second):
            story.invalid(case, key=b"k") if why == "invalid records" else story.send(case, key=b"k")
        story.effect(second)
        if why == "a rebalance meanwhile":
            story.tell(ev.MembersSeen(story.now, "PreparingRebalance", ()))
        story.effect(first)
        if why == "an exit behind it":
            story.wait(5.0)
            story.exit()
        story.close()
    assert "OUT_OF_ORDER" not in story.codes
