"""Units, topics and exit codes."""

from __future__ import annotations

import msgspec
import pytest

from kcontract.engine.blocking import check_runnable
from kcontract.engine.plan import plan_units, unit_topics
from kcontract.engine.topics.foreign import prefixed, takes_topic
from kcontract.engine.unit_run import UnitRun
from kcontract.engine.windows.compose import places_of
from kcontract.errors import ServiceError
from kcontract.judge.promises import compile_promises
from kcontract.judge.runs.ending import exit_code
from kcontract.judge.runs.summing import output_names
from kcontract.model.case import Case, Expectation
from kcontract.model.contract import Contract, Retry, Run
from kcontract.model.finding import CaseVerdict, Finding
from kcontract.model.record import Record
from kcontract.model.summary import Blocked, UnitSummary
from tests.unit.engine.world import World, good, tools_of
from tests.unit.judge.story import AT, contract


def named(topic: str, receiver: str) -> Contract:
    one = contract()
    (receive,) = one.receive
    return msgspec.structs.replace(one, topic=topic, receive=(msgspec.structs.replace(receive, name=receiver),))


def test_a_unit_is_one_service_with_all_its_contracts() -> None:
    """Two contracts of one receiver are one unit; `select` leaves others out."""
    contracts = [named("a", "billing"), named("b", "ledger"), named("c", "billing")]
    units = plan_units(contracts, "run")
    assert [(unit.name, [c.topic for c in unit.contracts]) for unit in units] == [
        ("billing", ["a", "c"]),
        ("ledger", ["b"]),
    ]
    assert [unit.name for unit in plan_units(contracts, "run", frozenset({"ledger"}))] == ["ledger"]
    assert units[0].group == "kcontract.run.billing"


def test_outputs_have_room_for_what_outgrows_its_record() -> None:
    """Dead letters and effects: the input's partitions, four times its limit, time of appending."""
    one = msgspec.structs.replace(contract(), partitions=4, config=(("max.message.bytes", "1000"),))
    (unit,) = plan_units([one], "run")
    specs = {spec.name: spec for spec in unit_topics(unit, [one, named("other", "x")])}
    assert set(specs) == {"orders", "bills", "orders.dlq", "other"}
    assert specs["bills"].partitions == 4
    assert dict(specs["orders.dlq"].config) == {
        "max.message.bytes": "4000",
        "message.timestamp.type": "LogAppendTime",
    }


def test_inputs_take_any_time_on_a_broker_of_ours_only() -> None:
    """Where the cluster's default refuses a far future, topics that Kafka Streams makes itself would refuse it again,
    and end the service for a record that its input would never have taken."""
    (unit,) = plan_units([contract()], "run")
    limit = "message.timestamp.after.max.ms"
    told = [dict(unit_topics(unit, (), ours=ours)[0].config).get(limit) for ours in (True, False)]
    assert told == [str(2**63 - 1), None]
    declared = msgspec.structs.replace(contract(), config=((limit, "5000"),))
    (unit,) = plan_units([declared], "run")
    assert {dict(unit_topics(unit, (), ours=ours)[0].config)[limit] for ours in (True, False)} == {"5000"}


def test_a_foreign_cluster_gets_names_of_the_run_only() -> None:
    """Every topic that a contract names is prefixed, and a service that does not take its topic is found out."""
    (one,) = prefixed([contract()], "kcontract.run.")
    assert one.topic == "kcontract.run.orders"
    assert output_names(one, one.receive[0]) == ("kcontract.run.bills", "kcontract.run.orders.dlq")
    retry = Retry(at=AT, topic="orders-retry-1", later=("orders-retry-2",))
    receive = msgspec.structs.replace(contract().receive[0], retry=retry)
    (tried,) = prefixed([msgspec.structs.replace(contract(), receive=(receive,))], "p.")
    assert output_names(tried, tried.receive[0])[2:] == ("p.orders-retry-1", "p.orders-retry-2")
    (unit,) = plan_units([one], "run")
    assert not takes_topic(unit)
    taking = msgspec.structs.replace(unit.receives[0][1], run=Run(at=AT, command=("x",), env=(("T", "{topic}"),)))
    (unit,) = plan_units([msgspec.structs.replace(one, receive=(taking,))], "run")
    assert takes_topic(unit)


def test_the_exit_code_of_a_run() -> None:
    """1 before 3 before 2 (ORACLE.md §5)."""
    finding = Finding(id="0", unit="u", first=CaseVerdict("STUCK", "1", "valid", "t", AT, "", ()))
    blocked = UnitSummary("u", (), 1.0, blocked=Blocked("COULD_NOT_RUN", "why"))
    tested, nothing = UnitSummary("u", (), 1.0, cases=3), UnitSummary("u", (), 1.0)
    assert exit_code([blocked, tested], [finding]) == 1
    assert exit_code([blocked, tested], []) == 3
    assert exit_code([nothing], []) == 2
    assert exit_code([], []) == 2
    assert exit_code([tested, nothing], []) == 2
    assert exit_code([tested, tested], []) == 0


def test_small_windows_know_where_their_cases_land() -> None:
    """By the explicit partition, else by the key as Java's client hashes it."""
    record = Record(b"21", b"")  # murmur2 of "21" is a vector of Kafka's own tests
    keyed = Case("1", "t", record, "valid", Expectation.VALID)
    explicit = Case("2", "t", Record(None, b""), "valid", Expectation.VALID, partition=3)
    places = places_of([keyed, explicit], {"t": 4})
    assert places[1] == ("t", 3)
    assert places[0] == ("t", (-973932308 & 0x7FFFFFFF) % 4)


def served(topic: str, receiver: str, service: str, command: str = "x") -> Contract:
    one = named(topic, receiver)
    run = Run(at=AT, command=(command,), service=service)
    return msgspec.structs.replace(one, receive=(msgspec.structs.replace(one.receive[0], run=run),))


def test_receivers_of_one_service_are_one_unit_whatever_their_names() -> None:
    """The unit has the service's name; both names select it."""
    contracts = [served("a", "billing", "app"), served("b", "ledger", "app"), named("c", "billing")]
    units = plan_units(contracts, "run")
    assert [(u.name, [c.topic for c, _ in u.receives]) for u in units] == [("app", ["a", "b"]), ("billing", ["c"])]
    for name in ("app", "ledger"):
        (unit,) = plan_units(contracts, "run", frozenset({name}))
        assert [c.topic for c in unit.contracts] == ["a", "b"]
    assert [*compile_promises("app", units[0].contracts, ()).inputs] == ["a", "b"]


def test_one_service_is_run_in_one_way() -> None:
    """Two commands for one process, or two promises of it for one topic, block the unit."""
    (unit,) = plan_units([served("a", "billing", "app"), served("b", "ledger", "app", "y")], "run")
    with pytest.raises(ServiceError) as differs:
        check_runnable(unit, tools_of(World(good)))
    twice = served("a", "billing", "app")
    twice = msgspec.structs.replace(twice, receive=(*twice.receive, *served("a", "ledger", "app").receive))
    (unit,) = plan_units([twice], "run")
    with pytest.raises(ServiceError) as promised:
        check_runnable(unit, tools_of(World(good)))
    assert (differs.value.code, promised.value.code) == ("RUN_DIFFERS", "RUN_TWICE")


def test_fewer_members_than_instances_are_not_ready() -> None:
    """Every instance must have joined the group, or a part of the service is not tested."""
    one = contract()
    run = msgspec.structs.replace(one.receive[0].run, command=("x",), instances=2, start_timeout=1.0)
    (unit,) = plan_units(
        [msgspec.structs.replace(one, receive=(msgspec.structs.replace(one.receive[0], run=run),))], "r"
    )
    summary, _ = UnitRun(unit, unit.contracts, tools_of(World(good)), ()).run(60.0)
    assert summary.blocked is not None
    assert "no 2 members of group" in summary.blocked.reason
