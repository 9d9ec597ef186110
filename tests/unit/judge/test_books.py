"""Books hear what they listen to, and their verdicts are the unit's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kcontract.judge.book import Book, Listener
from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.promises import Output, compile_promises
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.finding import CaseVerdict
from kcontract.model.location import Location
from kcontract.model.record import LogRecord
from tests.unit.judge.story import contract


def verdict(code: str) -> CaseVerdict:
    """A verdict that says where it comes from."""
    return CaseVerdict(code=code, case="", kind="", topic="", at=Location(file="c.yaml"), promised="", seen=())


class Diary(Book):
    """Yields a verdict for everything that it is told."""

    def listeners(self) -> Mapping[type, Listener]:
        return {ev.ServiceReady: lambda _: [verdict("ready")]}

    def tied(self, _at: float, _delivery: Delivery, _record: LogRecord, _output: Output) -> Iterable[CaseVerdict]:
        return [verdict("tied")]

    def closed(self, window: Window) -> Iterable[CaseVerdict]:
        return [verdict(f"closed {window.number}")]

    def ended(self) -> Iterable[CaseVerdict]:
        return [verdict("ended")]


def test_a_book_hears_its_events_windows_and_the_end() -> None:
    """And of other events nothing."""
    state = UnitState("run", compile_promises("billing", (contract(),), ()), (Diary,))
    state.feed(ev.ServiceStarted(0.0, 1, 1))
    state.feed(ev.ServiceReady(0.1, 1))
    state.feed(ev.WindowOpened(0.2, 7, "warm"))
    state.feed(ev.WindowClosed(0.3, 7, "settled"))
    state.close()
    assert [one.code for one in state.reached] == ["ready", "closed 7", "ended"]
