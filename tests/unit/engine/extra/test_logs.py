"""The engine and `skip: {log: REGEX}`: which records are tried, and in which processes."""

from __future__ import annotations

import pytest

from kcontract.model import events as ev
from kcontract.model.case import Expectation
from kcontract.model.contract import Run
from kcontract.model.record import Record
from tests.unit.engine.world import _ORACLE, Handled, Process, World, good, history_of, verified
from tests.unit.judge.story import OUT, TOPIC
from tests.unit.judge.test_logs import logging

FEW = frozenset({"valid", "wrong_type", "wrong_root", "empty_value", "missing_required"})


class Clerk(World):
    """Bills for good orders, a line for others."""

    def __init__(self, *, silent: bool = False, chatty: bool = False, parsed: bool = False) -> None:
        """`silent`: no line without a value; `chatty`: a line at the start; `parsed`: none for what can be parsed."""
        super().__init__(self.work)
        self.silent, self.chatty, self.parsed = silent, chatty, parsed

    def start(self, _name: str, _run: Run, _values: object) -> Process:
        process = super().start(_name, _run, {})
        process.stops_with = 0
        process.said += ["nothing dropped yet"] if self.chatty else ["ready"]
        return process

    def work(self, record: Record) -> Handled:
        if _ORACLE.expect(record).expectation is not Expectation.INVALID:
            return [one for one in good(record) if not isinstance(one, str) and one[0] == OUT]
        quiet = (self.silent and not record.value) or (self.parsed and (record.value or b"").startswith(b"{"))
        if self.process is not None and not quiet:
            self.process.said.append("dropped a record")
        return ()


@pytest.mark.parametrize(
    ("world", "codes"),
    [(Clerk(), []), (Clerk(silent=True), ["NOT_LOGGED"]), (Clerk(silent=True, chatty=True), [])],
    ids=["good", "silent", "chatty"],
)
def test_what_leaves_no_line(world: Clerk, codes: list[str]) -> None:
    """One kind of many is found; a pattern that matches anyway finds nothing, and says so."""
    found = verified(world, logging(), kinds=FEW)
    found.stage.state.close()
    assert found.codes == codes
    assert any("is not judged" in what for what, _ in found.stage.state.blind) is world.chatty


def test_one_kind_of_many_that_leaves_no_line() -> None:
    """Lines without names are counted: halves of a dozen kinds lead to one that has none, not the first few."""
    found = verified(Clerk(parsed=True), logging())
    assert found.codes == ["NOT_LOGGED"]
    sizes = [event.of for event in history_of(found.stage) if isinstance(event, ev.WindowOpened)]
    alone = [of for of in sizes if of.startswith(f"{TOPIC}#")]
    assert len(alone) <= 7
