"""A chain in an invented world: bills come of orders, and are booked or not."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec
import pytest

from kcontract.engine.run import VerifyRun
from kcontract.errors import UsageError
from kcontract.judge.runs.history import HistoryJudge
from kcontract.model.case import CASE_HEADER
from kcontract.model.cluster import Delivered, GroupView, Member, Sendable, Standing
from kcontract.model.contract import Action, Contract, Emits, Expression, Run, Send, Where
from kcontract.model.record import LogRecord, Record, TopicPartition
from kcontract.model.service import Answer
from kcontract.model.summary import RunSummary
from tests.unit.engine.world import EXIT, Handled, Kept, Process, World, good, tools_of
from tests.unit.judge.story import AT, BILL, OUT, TOPIC, contract, schema

BOOKINGS, LOST_BILLS = "bookings", "bills.dlq"
"""Where the second service sends what it makes of a bill, and what it takes for none."""


def booking() -> Contract:
    """Bills in, bookings out."""
    usual = contract()
    where = Where(at=AT, pairs=(("/order", Expression("message.payload", "/order")),))
    (receive,) = usual.receive
    letter = msgspec.structs.replace(receive.on_invalid.dead_letter, topic=LOST_BILLS)  # type: ignore[type-var]
    receive = msgspec.structs.replace(
        receive,
        name="booking",
        run=Run(at=AT, command=("booking",)),
        on_invalid=msgspec.structs.replace(receive.on_invalid, dead_letter=letter),
        emits=(Emits(at=AT, topic=BOOKINGS, payload=schema(BILL), where=where),),
    )
    message = msgspec.structs.replace(usual.message, payload=schema(BILL), correlation_id=None)
    return msgspec.structs.replace(usual, topic=OUT, message=message, receive=(receive,))


def booked(record: Record) -> Handled:
    """What the second contract promises."""
    try:
        bill = json.loads(record.value or b"")
        if isinstance(bill["order"], str):
            return [(BOOKINGS, Record(record.key, json.dumps({"order": bill["order"]}).encode()))]
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    return [(LOST_BILLS, record)]


class Line(World):
    """Two services, each with its own input, group and process."""

    def __init__(self, bill: Callable[[Record], Handled] = good, book: Callable[[Record], Handled] = booked) -> None:
        super().__init__(good)
        self.does = {"billing": bill, "booking": book}
        self.logs: dict[str, list[LogRecord]] = {}
        self.processes: dict[str, Process] = {}
        self.at: dict[str, int] = {}
        self.done: dict[str, int] = {}
        self.seen: dict[int, int] = {}

    def append(self, topic: str, record: Record) -> int:
        log = self.logs.setdefault(topic, [])
        log.append(LogRecord(topic, 0, len(log), record))
        return len(log) - 1

    def send(self, records: Sequence[Sendable], delivered: Delivered, _standing: Standing | None = None) -> None:
        for one in records:
            delivered(one.id, one.topic, 0, self.append(one.topic, one.record), "")

    def delete_topics(self, names: Iterable[str]) -> None:
        for name in names:
            self.logs.pop(name, None)
            self.done.pop(name, None)

    def end_offsets(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {place: len(self.logs.get(place[0], ())) for place in places}

    def committed(self, _group: str, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {place: self.done[place[0]] for place in places if place[0] in self.done}

    def set_offsets(self, _group: str, offsets: Mapping[TopicPartition, int]) -> None:
        self.done.update({topic: offset for (topic, _), offset in offsets.items()})

    def describe(self, group: str) -> GroupView:
        name = "booking" if group.endswith("booking") else "billing"
        process = self.processes.get(name)
        if process is None or process.code is not None:
            return GroupView("EMPTY", ())
        return GroupView("STABLE", (Member("m", "", "", partitions=((TOPIC if name == "billing" else OUT, 0),)),))

    def start(self, _name: str, run: Run, _values: Mapping[str, str]) -> Process:
        (name,) = run.command
        process = self.processes[name] = Process(ready=True)
        process.stops_with = 0
        self.at[name] = self.done.get(TOPIC if name == "billing" else OUT, 0)
        return process

    def reader(self, topics: Iterable[str]) -> Any:
        return _Reader(self, topics)

    def work(self) -> None:
        for name, topic in (("billing", TOPIC), ("booking", OUT)):
            process, log = self.processes.get(name), self.logs.get(topic, [])
            while process is not None and process.code is None and self.at[name] < len(log):
                made = self.does[name](log[self.at[name]].record)
                if isinstance(made, str):
                    process.code = 1
                    break
                self.at[name] += 1
                self.done[topic] = self.at[name]
                for out, record in made:
                    self.append(out, record)


class _Reader:
    """Reads from the present ends on."""

    def __init__(self, world: Line, topics: Iterable[str]) -> None:
        self._world = world
        self._at = {topic: len(world.logs.get(topic, ())) for topic in topics}

    def poll(self, _timeout: float = 0.0) -> Sequence[LogRecord]:
        self._world.work()
        new = [one for topic, start in self._at.items() for one in self._world.logs.get(topic, [])[start:]]
        self._at = {topic: len(self._world.logs.get(topic, ())) for topic in self._at}
        return new

    def drain(self, _timeout: float) -> tuple[Sequence[LogRecord], bool]:
        return self.poll(), True

    def gather(self, _gathers: bool) -> None:
        """Nothing is fetched."""

    def renew(self) -> None:
        """The connections are good."""

    def add(self, topics: Iterable[str]) -> None:
        self._at.update(dict.fromkeys(topics, 0))

    def close(self) -> None:
        """Nothing is open."""


def run_of(world: Line, **more: Any) -> RunSummary:
    """Both services verified alone, then together. The history alone leads to the same."""
    tools = tools_of(
        world, together=("billing", "booking"), kinds=frozenset({"valid", "empty_value"}), max_time=9000.0, **more
    )
    summary = VerifyRun([contract(), booking()], tools).run("1", "now", "history")
    again = [*HistoryJudge("history").judge(cast("Kept", tools.recorder._history).events)][-1]
    assert isinstance(again, RunSummary)
    assert (again.units, again.findings, again.exit_code) == (summary.units, summary.findings, summary.exit_code)
    return summary


def found(summary: RunSummary, unit: str) -> list[tuple[str, str]]:
    return [(finding.first.code, finding.first.topic) for finding in summary.findings if finding.unit == unit]


def test_a_chain_that_conforms() -> None:
    """The second service was given what the first one made, and nothing by the harness."""
    world = Line()
    written: list[str] = []
    send = world.send

    def noted(records: Sequence[Sendable], delivered: Delivered, _standing: Standing | None = None) -> None:
        if all(process.code is None for process in world.processes.values()) and len(world.processes) == 2:
            written.extend(one.topic for one in records)
        send(records, delivered)

    world.send = noted  # type: ignore[method-assign]
    summary = run_of(world)
    assert [unit.unit for unit in summary.units] == ["billing", "booking", "billing+booking"]
    assert (summary.exit_code, summary.findings) == (0, ())
    assert all(unit.cases > 5 and unit.blocked is None for unit in summary.units)
    assert world.processes["billing"].code is not None


def from_the_service_before(record: Record) -> bool:
    """Bills of the harness's own have more than the marker's header, or not even that."""
    return any(name == "correlation_id" for name, _ in record.headers)


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda _: (), "SKIPPED_VALID"),
        (lambda _: EXIT, "CRASH_LOOP"),
        (lambda record: [(LOST_BILLS, record)], "REJECTED_VALID"),
    ],
)
def test_what_only_the_chain_shows(made: Callable[[Record], Handled], code: str) -> None:
    """Bills of the real service are treated otherwise than those of the contract: the second one is blamed."""
    world = Line(book=lambda record: made(record) if from_the_service_before(record) else booked(record))
    summary = run_of(world)
    assert found(summary, "billing") == found(summary, "booking") == []
    assert (code, OUT) in found(summary, "billing+booking")
    assert summary.exit_code == 1


def test_a_service_before_that_is_not_well_is_mended_first() -> None:
    """What comes behind it is not blamed for what it is given."""
    world = Line(bill=lambda record: () if CASE_HEADER in dict(record.headers) else good(record))
    summary = run_of(world)
    chain = summary.units[-1]
    assert (chain.unit, chain.cases, found(summary, chain.unit)) == ("billing+booking", 0, [])
    assert "billing" in chain.blind[0][0]


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda record: [*good(record), *good(record)], "more than one record"),
        (lambda _: [(OUT, Record(b"k", b"no bill"))], "not valid there"),
        (lambda _: EXIT, "exited"),
        (lambda _: (), "sent nothing"),
    ],
)
def test_a_service_that_fails_beside_the_other_blames_nobody(made: Callable[[Record], Any], why: str) -> None:
    """It was well alone: the chain could not run."""
    world = Line()
    world.does["billing"] = lambda record: (
        made(record) if len(world.processes) == 2 and together(world) else good(record)
    )
    summary = run_of(world)
    chain = summary.units[-1]
    assert chain.blocked is not None
    assert why in chain.blocked.reason
    assert (summary.findings, summary.exit_code) == ((), 3)


def till() -> Contract:
    """Requests in, orders out, which billing takes."""
    pairs = (("/id", Expression("response.body", "/id")), ("/amount", Expression("request.body", "/amount")))
    action = Action(at=AT, http="POST /orders", body=schema(ASKED))
    send = Send(at=AT, name="till", run=Run(at=AT, command=("till",)), action=action, where=Where(at=AT, pairs=pairs))
    return msgspec.structs.replace(contract(), send=(send,))


ASKED = {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "integer"}}}


class Shop(Line):
    """With a service before the first one, which is asked over HTTP."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = self.take
        self.written: list[str] = []

    def take(self, body: bytes) -> Answer:
        try:
            amount = json.loads(body)["amount"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return Answer(422, b"{}")
        if not isinstance(amount, int) or isinstance(amount, bool):
            return Answer(422, b"{}")
        order = json.dumps({"id": str(uuid.uuid4()), "amount": amount}).encode()
        headers = (("correlation_id", uuid.uuid4().hex.encode()),)
        self.append(TOPIC, Record(b"k", order, headers))
        return Answer(201, order)

    def send(self, records: Sequence[Sendable], delivered: Delivered, standing: Standing | None = None) -> None:
        if "till" in self.processes and self.processes["till"].code is None:
            self.written += [one.topic for one in records]
        super().send(records, delivered, standing)


def test_a_sender_before_the_others() -> None:
    """Each of those behind it is judged by what came of requests; nothing is written to any topic."""
    world = Shop()
    tools = tools_of(
        world, together=("till", "billing", "booking"), kinds=frozenset({"valid", "empty_value"}), max_time=9000.0
    )
    summary = VerifyRun([till(), booking()], tools).run("1", "now", "history")
    assert [unit.unit for unit in summary.units][-2:] == ["till+billing", "till+billing+booking"]
    assert [unit.blocked for unit in summary.units] == [None] * 5
    assert all(unit.cases or unit.requests for unit in summary.units)
    assert (summary.findings, summary.exit_code, world.written) == ((), 0, [])


def together(world: Line) -> bool:
    return all(process.code is None for process in world.processes.values())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda world: setattr(world, "ours", False), "TOGETHER_BROKER"),
        (lambda world: setattr(world, "is_broker", False), "TOGETHER_BROKER"),
    ],
)
def test_chains_want_a_broker_of_ours(change: Callable[[Line], None], code: str) -> None:
    """Elsewhere topics have other names than the services were told."""
    world = Line()
    change(world)
    with pytest.raises(UsageError) as caught:
        VerifyRun([contract(), booking()], tools_of(world, together=("billing", "booking"))).run("1", "now", "h")
    assert caught.value.code == code
