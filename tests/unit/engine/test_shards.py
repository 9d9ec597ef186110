"""Shards: together they send what one run sends, and nothing twice."""

from __future__ import annotations

import msgspec
import pytest

from kcontract.engine.plan import Unit, plan_units
from kcontract.engine.shards import parse_shard, shared
from kcontract.errors import UsageError
from kcontract.model import events as ev
from kcontract.model.case import Role
from kcontract.model.contract import Contract
from kcontract.model.shard import WHOLE, Shard
from tests.unit.engine.test_judged_again import told
from tests.unit.engine.world import World, good
from tests.unit.judge.story import contract


def units(count: int) -> tuple[Unit, ...]:
    """So many units with one contract each."""
    return plan_units([named(f"unit{number}") for number in range(count)], "run")


def named(name: str) -> Contract:
    one = contract()
    return msgspec.structs.replace(one, receive=(msgspec.structs.replace(one.receive[0], name=name),))


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("of", [1, 2, 3, 4, 7, 11])
def test_every_unit_is_sent_once(count: int, of: int) -> None:
    """Whole, or in all of its parts; and no machine is without work as long as there are cases to share."""
    planned = units(count)
    parts = [part for index in range(1, of + 1) for part in shared(planned, Shard(index, of))]
    for unit in planned:
        own = [part for other, part in parts if other is unit]
        assert sorted(part.index for part in own) == list(range(1, len(own) + 1))
        assert {part.of for part in own} == {len(own)}
    assert all([*shared(planned, Shard(index, of))] for index in range(1, of + 1))


def test_no_unit_no_part() -> None:
    """Nothing to share."""
    assert list(shared((), Shard(2, 3))) == []


def sent(shard: Shard) -> list[tuple[str, str]]:
    """Kind and note of every case of a run."""
    events, _ = told(World(good), shard=shard)
    return sorted(
        (event.case.kind, event.case.note)
        for event in events
        if isinstance(event, ev.Sent) and event.case.role is Role.CASE and "." not in event.case.id
    )


def test_the_parts_of_a_unit_are_its_cases() -> None:
    """By kind and note, for identities are fresh in each run; the probes are sent by each."""
    whole, first, second = sent(WHOLE), sent(Shard(1, 2)), sent(Shard(2, 2))
    assert 0 < len(first) < len(whole)
    kinds = {kind for kind, _ in first} | {kind for kind, _ in second}
    assert kinds == {kind for kind, _ in whole}
    assert set(whole) == set(first) | set(second)


def test_a_part_says_so() -> None:
    """In its history, so that nothing that it did not send is called stale."""
    (started, *_), _ = told(World(good), shard=Shard(2, 3))
    assert isinstance(started, ev.RunStarted)
    assert (started.shard, started.whole) == ("2/3", False)
    (started, *_), _ = told(World(good))
    assert isinstance(started, ev.RunStarted)
    assert (started.shard, started.whole) == ("", True)


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2", "1/1000", "1 / 2", "½/2"])
def test_what_is_no_part_is_refused(text: str) -> None:
    """Before anything runs."""
    with pytest.raises(UsageError) as caught:
        parse_shard(text)
    assert caught.value.code == "SHARD_INVALID"


def test_a_part_is_read() -> None:
    """As it is written."""
    assert parse_shard("2/3") == Shard(2, 3)
    assert str(Shard(2, 3)) == "2/3"
