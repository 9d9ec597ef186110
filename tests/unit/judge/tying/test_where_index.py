"""Tying by `where` finds the same one delivery as trying all of them would, and does not try all of them."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model.case import Case, Expectation
from kcontract.model.contract import Contract, Emits, Expression, Where
from kcontract.model.record import Record
from kcontract.oracle.where import where_matches
from tests.unit.judge.story import AT, OUT, Story, contract


def comparing(*pairs: tuple[str, str]) -> Contract:
    """Orders whose effect is told by these pairs of pointers alone."""
    one = contract()
    where = Where(at=AT, pairs=tuple((effect, Expression("message.payload", cause)) for effect, cause in pairs))
    receive = msgspec.structs.replace(one.receive[0], emits=(Emits(at=AT, topic=OUT, where=where),))
    return msgspec.structs.replace(one, receive=(receive,))


def story_of(one: Contract) -> Story:
    story = Story()
    story.state = UnitState("run", compile_promises("billing", [one], ()))
    story.window()
    return story


def send(story: Story, case: str, payload: Any) -> Case:
    return story.send(case, value=json.dumps(payload).encode())


def tied(story: Story, payload: Any) -> str:
    """The case that a record without headers and key is tied to; empty for none."""
    before = {case for case in story.cases if not _done(story, case)}
    story.seen(OUT, Record(None, json.dumps(payload).encode()))
    return "".join(case for case in before if _done(story, case))


def _done(story: Story, case: str) -> bool:
    delivery = story.state.ties.get(case)
    return delivery is not None and delivery.has_outcome


@pytest.mark.parametrize(
    ("sent", "came"),
    [(3, 3), (3, 3.0), (3.0, 3), (True, True), ("x", "x"), (2**53 + 1, 2**53 + 1), (10**400, 10**400), ([1], [1])],
)
def test_equal_values_are_found(sent: Any, came: Any) -> None:
    """However a value is written, its delivery is among the candidates."""
    story = story_of(comparing(("/n", "/amount")))
    send(story, "1", {"id": "a", "amount": sent})
    send(story, "2", {"id": "b", "amount": "other"})
    assert tied(story, {"n": came}) == "1"


@pytest.mark.parametrize("came", [4, "3", True, None, [3], {"n": 3}])
def test_other_values_are_not(came: Any) -> None:
    """A value of another type or none at all agrees with nothing."""
    story = story_of(comparing(("/n", "/amount")))
    send(story, "1", {"id": "a", "amount": 3})
    assert tied(story, {"n": came}) == ""


def test_two_that_agree_are_told_apart_when_one_is_answered() -> None:
    """While both are open nobody can tell; the second effect belongs to the one that is left."""
    story = story_of(comparing(("/n", "/amount")))
    send(story, "1", {"id": "a", "amount": 3})
    send(story, "2", {"id": "b", "amount": 3})
    assert tied(story, {"n": 3}) == ""
    story.effect("1")
    assert tied(story, {"n": 3}) == "2"


def test_a_whole_value_is_found_by_the_tokens_in_it() -> None:
    """Also with more fields written in another order, and beside records without any token in them."""
    story = story_of(comparing(("", "")))
    send(story, "1", {"id": "id-1", "amount": 3, "more": {"deep": [1, 2]}})
    send(story, "2", {"id": "none", "amount": 3})
    send(story, "3", {"id": "id-3", "amount": 3})
    assert tied(story, {"amount": 3, "id": "id-3"}) == "3"
    assert tied(story, {"more": {"deep": [1, 2]}, "amount": 3, "id": "id-1"}) == "1"
    assert tied(story, {"amount": 3, "id": "none"}) == "2"


@pytest.mark.parametrize("pairs", [("/order", "/amount"), ("", "")])
def test_few_are_tried(pairs: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Among a thousand deliveries an effect is compared with its own."""
    story = story_of(comparing(pairs))
    for number in range(1000):
        send(story, str(number), {"id": f"id-{number}", "amount": number})
    compared: list[int] = []

    def counted(*args: Any) -> Any:
        compared.append(1)
        return where_matches(*args)

    monkeypatch.setattr("kcontract.judge.tying.where_index.where_matches", counted)
    for number in range(0, 1000, 50):
        came = {"order": number} if pairs[0] else {"id": f"id-{number}", "amount": number}
        assert tied(story, came) == str(number)
    assert len(compared) <= 40


def test_an_invalid_record_may_have_an_effect() -> None:
    """What reads as JSON is open to evidence whether it was valid or not."""
    story = story_of(comparing(("/n", "/amount")))
    value = json.dumps({"amount": 7}).encode()
    story.send("1", Expectation.INVALID, value=value)
    story.seen(OUT, Record(None, b'{"n": 7}'))
    story.close()
    assert story.codes == ["ACCEPTED_INVALID"]
