"""The engine asks probes until they show what must be shown, and no negative is stated before."""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec
import pytest

from kcontract.engine.settings import ServiceGone
from kcontract.judge.runs.history import unit_findings
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.case import Expectation
from kcontract.model.contract import Contract, Expression, Probe
from kcontract.model.record import Record
from kcontract.model.service import Question, Sight
from tests.unit.engine.world import _ORACLE, Handled, World, history_of, verified
from tests.unit.judge.story import AT, DLQ, contract, schema

FEW = frozenset({"valid", "wrong_type", "wrong_root", "missing_required"})
ID = "$message.payload#/id"
BODY = schema({"type": "object", "properties": {"amount": {"type": "integer"}}})


def probed(http: str = f"http://127.0.0.1:{{port}}/orders/{{{ID}}}") -> Contract:
    """Orders are written down, and a page shows each."""
    usual = contract(emits=False)
    probe = Probe(at=AT, http=http, expect_body=BODY)
    message = msgspec.structs.replace(usual.message, identity=Expression("message.payload", "/id"))
    usual = msgspec.structs.replace(usual, message=message)
    return msgspec.structs.replace(usual, receive=(msgspec.structs.replace(usual.receive[0], probe=probe),))


class Clerk:
    """Writes orders down; VARIANTs of it do so wrongly. A page is there `after` so many questions for it."""

    def __init__(self, variant: str = "good", after: int = 0) -> None:
        self.variant, self.after = variant, after
        self.rows: dict[str, object] = {}
        self.asked: dict[str, int] = {}

    def handle(self, record: Record) -> Handled:
        valid = _ORACLE.expect(record).expectation is Expectation.VALID
        payload = _ORACLE.read_leniently(record)
        if not valid:
            if self.variant == "accepts" and isinstance(payload, dict):
                self.rows[str(payload.get("id"))] = 1
            return [(DLQ, record)]
        if self.variant == "skips" and abs(payload["amount"]) > 1_000_000:
            return ()
        amount = payload["amount"]
        wrong = self.variant == "mangles-all" or (self.variant == "mangles" and abs(amount) > 1_000_000)
        self.rows[payload["id"]] = str(amount) if wrong else amount
        return ()

    def page(self, question: Question) -> Sight:
        name = question.expressions[ID]
        self.asked[name] = self.asked.get(name, 0) + 1
        if self.variant == "broken":
            return Sight(error="connection refused")
        if name not in self.rows or self.asked[name] <= self.after:
            return Sight(404)
        return Sight(200, json.dumps({"amount": self.rows[name]}).encode())


def judged(clerk: Clerk) -> set[str]:
    """The codes that the clerk earns."""
    world = World(clerk.handle)
    world.view = clerk.page
    return set(verified(world, probed(), kinds=FEW).codes)


@pytest.mark.parametrize("after", [0, 5])
def test_a_good_clerk(after: int) -> None:
    """Also one whose pages take a while."""
    assert judged(Clerk(after=after)) == set()


@pytest.mark.parametrize(
    ("variant", "code"),
    [
        ("skips", "SKIPPED_VALID"),
        ("mangles", "MISREAD"),
        ("mangles-all", "MISREAD"),
        ("accepts", "ACCEPTED_INVALID"),
    ],
)
def test_a_clerk_that_writes_down_something_else(variant: str, code: str) -> None:
    """Nothing, another value, or what it had to refuse."""
    assert judged(Clerk(variant)) == {code}


def test_wrong_answers_are_waited_for_and_taught_as_nothing_else() -> None:
    """That they stand is our own wait: it is neither the service's pace nor new evidence, and costs a window once."""
    clerk = Clerk("mangles-all")
    world = World(clerk.handle)
    world.view = clerk.page
    found = verified(world, probed(), kinds=FEW)
    opened = {e.window: e for e in history_of(found.stage) if isinstance(e, ev.WindowOpened) and e.purpose != "warm"}
    closed = {e.window: e for e in history_of(found.stage) if isinstance(e, ev.WindowClosed)}
    assert 0 < found.stage.state.pace.p99 < 1
    assert max(closed[number].at - one.at for number, one in opened.items()) < 3
    (finding,) = unit_findings("billing", found.stage.state, "run")
    assert "the same alone behind a healthy record" in finding.first.seen


def test_a_page_that_shows_anything() -> None:
    """The record that is never sent gives it away: the run tests less, and blames nobody."""
    clerk = Clerk("accepts")
    world = World(clerk.handle)
    world.view = lambda _: Sight(200, b"{}")
    found = verified(world, probed(), kinds=FEW)
    assert found.codes == []
    assert any("never sent" in what for what, _ in found.stage.state.blind)


@pytest.mark.parametrize("missing", ["last", "first"])
def test_a_page_that_shows_another_row(missing: str) -> None:
    """Of a record that it does not find, once there are any: it would show the invalid ones that were refused."""
    clerk = Clerk()
    world = World(clerk.handle)
    rows = clerk.rows

    def page(question: Question) -> Sight:
        amounts = [*rows.values()]
        if not amounts:
            return Sight(404)
        other = amounts[-1 if missing == "last" else 0]
        return Sight(200, json.dumps({"amount": rows.get(question.expressions[ID], other)}).encode())

    world.view = page
    found = verified(world, probed(), kinds=FEW)
    assert found.codes == []
    assert [what for what, _ in found.stage.state.blind if "never sent" in what]


def test_a_page_that_nobody_serves() -> None:
    """Nothing could be seen, and that is said instead of a verdict. The probe is what is to be looked at."""
    clerk = Clerk("broken")
    world = World(clerk.handle)
    world.view = clerk.page
    with pytest.raises(ServiceGone, match="connection refused") as gone:
        verified(world, probed(), kinds=FEW, max_examples=2)
    assert gone.value.key == "probe"


def test_what_the_page_said_is_in_the_history() -> None:
    """Each answer once, so that any run can be judged again: those for records that were never sent before there are
    any rows, and behind some."""
    clerk = Clerk("mangles")
    world = World(clerk.handle)
    world.view = clerk.page
    found = verified(world, probed(), kinds=FEW)
    told = [event for event in history_of(found.stage) if isinstance(event, ev.Probed)]
    assert [event.status for event in told if not event.case] == [404, 404]
    answers: Sequence[tuple[str, int, bytes, bool]] = [(e.case, e.status, e.body, e.stands) for e in told if e.case]
    assert len(set(answers)) == len(answers)
    assert [one.first.promised for one in unit_findings("billing", found.stage.state, "run")] == [
        "the probe shows each valid record that billing has handled"
    ]


@pytest.mark.parametrize("variant", ["good", "skips", "mangles", "accepts"])
def test_what_was_probed_is_judged_again_alike(variant: str) -> None:
    """From the history alone, through its bytes."""
    clerk = Clerk(variant)
    world = World(clerk.handle)
    world.view = clerk.page
    found = verified(world, probed(), kinds=FEW)
    again = UnitState("run", found.stage.state.promises)
    block = bytearray()
    ev.encode_block(history_of(found.stage), block)
    for event in ev.decode_block(block[: ev.HEAD_SIZE], block[ev.HEAD_SIZE :]):
        again.feed(event)
    again.close()
    assert [verdict.code for verdict in again.reached] == found.codes
