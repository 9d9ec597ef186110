"""Whose doing the end of a sender's process was, on invented histories: each blame with a near miss."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kcontract.model import events as ev
from kcontract.model.record import LogRecord, Record
from kcontract.model.service import Resources
from tests.unit.judge.requests.test_book import TOPIC, Sender

TRACE = 'Traceback (most recent call last):\n  File "/srv/shop.py", line 7, in post\nKeyError: name'


class Service(Sender):
    """A sender with a clock and processes."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def start(self, idle: float = 0.1) -> None:
        """A new process, which is ready at once, and asked nothing for a while."""
        self.state.feed(ev.ServiceStarted(self.now, 1, 1))
        self.state.feed(ev.ServiceReady(self.now, 1))
        self.now += idle

    def ask(self, case: str, of: str = "", status: int = 0, *, valid: bool = True, answered: bool = True) -> None:
        """A request, made again if `of` is given, with its answer, if it has one."""
        expectation: Any = "valid" if valid else "invalid"
        self.state.feed(
            ev.Requested(
                self.now, case, "valid", expectation, TOPIC, "POST", "http://x", b'{"name": "ada"}', copy_of=of
            )
        )
        if answered:
            self.answer(case, status)

    def answer(self, case: str, status: int = 0) -> None:
        body = json.dumps({"id": case}).encode() if status else b""
        self.state.feed(ev.Responded(self.now + 0.01, case, status, body, hung_up=not status))

    def exit(self, code: int = 1, stderr: str = "", after: float = 0.02) -> None:
        self.now += after
        self.state.feed(ev.ServiceExited(self.now, 1, code, stderr=stderr))

    @property
    def codes(self) -> list[tuple[str, str]]:
        return [(verdict.code, verdict.case) for verdict in self.state.reached]

    @property
    def told(self) -> list[str]:
        self.state.close()
        return [what for what, _ in self.state.blind]


def ended_with(case: str = "1", *, code: int = 1, stderr: str = "", valid: bool = True) -> Service:
    """A service that has ended with a request."""
    service = Service()
    service.start()
    service.ask("0", status=201)
    service.ask(case, valid=valid)
    service.exit(code, stderr)
    return service


def test_a_request_that_ends_the_process_alone_again() -> None:
    """CRASHED, once, with both ends told; no word of a refusal or of an end that nobody can explain."""
    service = ended_with(stderr=TRACE)
    assert service.codes == []
    service.start(2.0)
    service.ask("2", of="1")
    service.exit(1, TRACE)
    assert service.codes == [("CRASHED", "1")]
    (verdict,) = service.settle("0", "1")[:1]
    assert (verdict.cause, verdict.stderr) == ("KeyError at shop.py:7", TRACE)
    assert verdict.promised == "api answers each valid request, and goes on with the next"
    assert verdict.seen == (
        "the process exited with code 1 with this request",
        "started again, it exited with code 1 with the same request alone",
    )
    assert [code for code, _ in service.codes if code == "REFUSED_VALID"] == []
    assert not any("exited" in what for what in service.told)


def test_an_invalid_request_that_ends_the_process() -> None:
    """It is to be refused, and nothing else."""
    service = ended_with(valid=False, code=-11)
    service.start(2.0)
    service.ask("2", of="1", valid=False)
    service.exit(-11)
    (verdict,) = service.state.reached
    assert (verdict.code, verdict.cause) == ("CRASHED", "SIGSEGV")
    assert "refuses a request that its schema rules out, and goes on" in verdict.promised


def test_a_request_that_the_process_survives_alone() -> None:
    """Nobody is blamed; the end is told."""
    service = ended_with()
    service.start(2.0)
    service.ask("2", of="1", status=201)
    service.now += 5.0
    assert service.codes == []
    assert "the service exited with code 1 behind a request, once" in service.told


def test_another_request_in_the_same_life() -> None:
    """Then it may be that one's doing."""
    service = ended_with()
    service.start(2.0)
    service.ask("2", of="1")
    service.ask("3")
    service.exit()
    assert service.codes == []


def test_a_process_that_ends_at_a_certain_age() -> None:
    """Whatever it is asked: the request came just before, both times."""
    service = Service()
    service.start(2.0)
    service.ask("1")
    service.exit(after=0.1)
    service.start(0.0)
    service.ask("2", of="1")
    service.exit(after=2.1)
    assert service.codes == []


def test_an_end_long_after_the_request() -> None:
    """It answered, and lived on for much longer than the first time."""
    service = ended_with()
    service.start(2.0)
    service.ask("2", of="1", status=201)
    service.exit(after=20.0)
    assert service.codes == []


def test_an_end_at_a_known_place() -> None:
    """The same frame, and no answer: it need not be tried again. One that was answered may not be the one."""
    service = ended_with(stderr=TRACE)
    service.start(2.0)
    service.ask("2", of="1")
    service.exit(1, TRACE)
    for case, status in (("3", 0), ("4", 201)):
        service.start()
        service.ask(case, status=status)
        service.exit(1, TRACE)
    assert service.codes == [("CRASHED", "1"), ("CRASHED", "3")]
    assert not service.state.reached[1].confirmed


def test_an_exit_without_a_place_is_tried_each_time() -> None:
    """Two requests may be refused by two exits with the same code."""
    service = ended_with()
    service.start(2.0)
    service.ask("2", of="1")
    service.exit()
    service.start()
    service.ask("3")
    service.exit()
    assert service.codes == [("CRASHED", "1")]


@pytest.mark.parametrize(("volleys", "answered", "blamed"), [(1, 0, 0), (2, 0, 1), (2, 2, 0)])
def test_requests_that_end_the_process_together(volleys: int, answered: int, blamed: int) -> None:
    """As unguarded maps in Go do; once may be an accident."""
    service = Service()
    for number in range(volleys):
        service.start()
        cases = [f"{number}.{one}" for one in range(3)]
        for case in cases:
            service.ask(case, answered=False)
        for place, case in enumerate(cases):
            service.answer(case, 201 if place < answered else 0)
        service.exit(2)
    assert service.codes == [("CRASHED", "1.0")] * blamed


def test_who_takes_the_machine_s_memory() -> None:
    """It was ended for that."""
    service = ended_with()
    service.start(2.0)
    service.ask("2", of="1")
    service.state.feed(
        ev.ResourcesSeen(service.now, Resources(memory=8 << 30, descriptors=9, threads=9, connections=9, share=0.9))
    )
    service.exit(-9)
    assert service.codes == [("RESOURCE_BLOWUP", "1")]


def test_an_end_amid_a_fault_is_no_request_s_doing() -> None:
    """The fault's own book judges it."""
    service = Service()
    service.start()
    service.state.feed(ev.FaultBegan(service.now, "brokerDown", 1))
    service.ask("1")
    service.exit()
    service.start(2.0)
    service.ask("2", of="1")
    service.exit()
    assert service.codes == []


def test_what_a_dead_process_left_unanswered_is_no_refusal() -> None:
    """Neither a closed connection nor a refused one says anything of the request."""
    service = ended_with()
    service.ask("2", of="1")
    service.exit()
    service.settle("1")
    assert service.codes == []
    assert not any("the answer" in what for what in service.told)


@pytest.mark.parametrize(("dies", "codes"), [(True, []), (False, ["DUPLICATE_EVENT"])])
def test_an_event_that_a_new_process_sends_once_more(dies: bool, codes: list[str]) -> None:
    """It could not know that the one before had sent it."""
    service = Service()
    service.start()
    service.ask("1", status=201)
    record = Record(b"1", json.dumps({"id": "1", "name": "ada"}).encode(), (("trace", b"t"),))
    service.state.feed(ev.Seen(0.2, LogRecord(TOPIC, 0, 0, record)))
    if dies:
        service.exit()
        service.start()
    service.state.feed(ev.Seen(0.3, LogRecord(TOPIC, 0, 1, record)))
    assert [verdict.code for verdict in service.settle("1")] == codes


def in_a_row(*, code: int = 1, pause: float = 0.5, of: str = "{}") -> Service:
    """A service that ended behind ten requests, of which a new process was asked once more, one after the other."""
    service = Service()
    service.start()
    for number in range(10):
        service.ask(str(number), status=201)
    service.exit()
    service.start()
    for number in range(10):
        service.now += pause
        service.ask(f"again {number}", of=of.format(number), status=201)
    service.exit(code)
    return service


def test_requests_that_end_the_process_in_a_row() -> None:
    """What leaks, say: nobody is to blame alone, so it is told when all has been tried, and not replayed."""
    service = in_a_row()
    assert service.codes == []
    assert not any("exited" in what for what in service.told)
    (verdict,) = [one for one in service.state.reached if one.code == "CRASHED"]
    assert verdict.requested is None
    assert verdict.seen[0] == ("the process exited with code 1 behind 10 requests; none of the likeliest ends it alone")


@pytest.mark.parametrize("row", [{"code": 2}, {"pause": 0.0}, {"of": ""}], ids=["another end", "age", "others"])
def test_rows_that_prove_nothing(row: dict[str, Any]) -> None:
    """Another end, one at the same age, or behind other requests."""
    service = in_a_row(**row)
    assert "CRASHED" not in {code for code, _ in service.codes}
    assert any("exited" in what for what in service.told)
    assert "CRASHED" not in {code for code, _ in service.codes}


def test_one_of_a_row_that_ends_it_alone() -> None:
    """Then it is that one, and the others are not to blame."""
    service = in_a_row()
    service.start(3.0)
    service.ask("alone", of="3")
    service.exit()
    assert not any("exited" in what for what in service.told)
    assert service.codes == [("CRASHED", "3")]
