"""LEAK: what came of a record stands where only another contract's may."""

from __future__ import annotations

import json

import msgspec
import pytest

from kcontract.judge.leaks import reach_of
from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model.contract import Contract
from kcontract.model.record import Record
from tests.unit.judge.story import DLQ, TOPIC, Story, contract

OTHER, OTHER_OUT, OTHER_DLQ = "parcels", "labels", "parcels.dlq"


def other(topic: str = OTHER, out: str = OTHER_OUT) -> Contract:
    """A second contract of the same service."""
    usual = contract()
    receive = usual.receive[0]
    letter = receive.on_invalid.dead_letter
    assert letter is not None
    policy = msgspec.structs.replace(receive.on_invalid, dead_letter=msgspec.structs.replace(letter, topic=OTHER_DLQ))
    emits = (msgspec.structs.replace(receive.emits[0], topic=out),)
    own = msgspec.structs.replace(receive, emits=emits, on_invalid=policy)
    return msgspec.structs.replace(usual, topic=topic, receive=(own,))


class Both(Story):
    """A service of two contracts; all records are of the first."""

    def __init__(self, second: Contract) -> None:
        super().__init__()
        self.state = UnitState("run", compile_promises("billing", [contract(), second], ()))

    def leak(self, topic: str, case: str, *, headers: bool = True, **more: object) -> None:
        sent = self.cases[case].record
        said = json.dumps({"order": f"id-{case}", "amount": 2, **more}).encode()
        self.seen(topic, Record(sent.key, said, sent.headers if headers else ()))


@pytest.mark.parametrize("headers", [True, False])
def test_an_effect_on_the_topic_of_another_contract(headers: bool) -> None:
    """Tied by its marker, or by what it holds; told once."""
    story = Both(other())
    story.window()
    for case in "12":
        story.send(case)
        story.effect(case)
        story.leak(OTHER_OUT, case, headers=headers)
    story.close()
    assert story.verdict.code == "LEAK"
    assert story.verdict.promised == "labels is declared for records of parcels, and not for those of orders"
    assert story.verdict.cause == OTHER_OUT


def test_a_dead_letter_among_those_of_another_contract() -> None:
    """It is a dead letter, and it is where it must not be."""
    story = Both(other())
    story.window()
    sent = story.invalid("1")
    story.seen(OTHER_DLQ, sent.record)
    story.close()
    assert story.codes == ["LEAK"]


def test_garbage_that_is_handled_is_accepted_wherever_it_goes() -> None:
    """One finding, the graver one."""
    story = Both(other())
    story.window()
    story.invalid("1")
    story.dead_letter("1")
    story.leak(OTHER_OUT, "1")
    story.close()
    assert story.codes == ["ACCEPTED_INVALID"]


def test_what_names_nothing_fresh_has_not_leaked() -> None:
    """The same amount is no proof."""
    story = Both(other())
    story.window()
    story.send("1")
    story.effect("1")
    story.seen(OTHER_OUT, Record(b"somebody", json.dumps({"order": "somebody", "amount": 2}).encode()))
    story.close()
    assert story.codes == []


def test_a_service_that_reads_what_it_writes() -> None:
    """Bills are read again, and become labels: nothing has leaked."""
    story = Both(other(topic="bills"))
    story.window()
    story.send("1")
    story.effect("1")
    story.leak(OTHER_OUT, "1")
    story.close()
    assert story.codes == []


def test_how_far_a_record_may_lead() -> None:
    """Its own topics, and those of what is read again."""
    promises = compile_promises("billing", [contract(), other(topic="bills")], ())
    assert reach_of(TOPIC, promises) == {"bills", DLQ, OTHER_OUT, OTHER_DLQ}
    assert reach_of("bills", promises) == {OTHER_OUT, OTHER_DLQ}
