"""Which services are a chain."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kcontract.engine.chain.plan import plan_chains
from kcontract.engine.plan import Unit, plan_units
from kcontract.errors import UsageError
from kcontract.model.contract import Action, Contract, Emits, Run, Send
from tests.unit.judge.story import AT, BILL, contract, schema


def taking(topic: str, name: str, *effects: str, run: dict[str, Any] | None = None, **emits: Any) -> Contract:
    """A contract whose receiver `name` emits to these topics."""
    usual = contract()
    promised = tuple(Emits(at=AT, topic=effect, payload=schema(BILL), **emits) for effect in effects)
    service = Run(at=AT, **(run or {"command": (name,)}))
    receive = msgspec.structs.replace(usual.receive[0], name=name, run=service, emits=promised)
    return msgspec.structs.replace(usual, topic=topic, partitions=3, receive=(receive,))


def sending(topic: str, name: str, **action: Any) -> Contract:
    """A contract whose sender `name` is asked over HTTP."""
    asked = Action(at=AT, **{"http": "POST /orders", "body": schema(BILL), **action})
    send = Send(at=AT, name=name, run=Run(at=AT, command=(name,)), action=asked)
    return msgspec.structs.replace(contract(), topic=topic, receive=(), send=(send,))


def units(*contracts: Contract) -> tuple[Unit, ...]:
    return plan_units(contracts, "run")


LINE = (taking("orders", "billing", "bills"), taking("bills", "booking", "bookings"), taking("bookings", "archive"))


def test_each_service_behind_the_first_is_judged_once() -> None:
    """By what those before it make; its topic has one partition, and only promises that its input can show remain."""
    chains = plan_chains(("billing", "booking", "archive"), units(*LINE))
    assert [chain.name for chain in chains] == ["billing+booking", "billing+booking+archive"]
    assert [unit.name for unit in chains[1].companions] == ["billing", "booking"]
    assert [chain.head.contract.topic for chain in chains] == ["orders", "orders"]
    (judged,) = chains[0].unit.contracts
    assert (judged.topic, judged.partitions, judged.receive[0].unit) == ("bills", 1, "billing+booking")
    assert plan_chains((), units(*LINE)) == ()


def test_the_way_goes_through_the_right_input() -> None:
    """A service with several inputs takes part with the one that leads on."""
    run: dict[str, Any] = {"service": "office", "command": ("office",)}
    office = (taking("letters", "office", "notes", run=run), taking("bills", "office", "bookings", run=run))
    (_, chain) = plan_chains(("billing", "office", "archive"), units(LINE[0], *office, LINE[2]))
    assert [link.contract.topic for link in chain.links] == ["orders", "bills", "bookings"]


def test_a_sender_may_be_the_first() -> None:
    """Requests are what the chain is given then."""
    (chain,) = plan_chains(("till", "billing"), units(sending("orders", "till"), *LINE))
    assert (chain.name, chain.head.contract.topic, chain.last.contract.topic) == ("till+billing", "orders", "orders")
    assert chain.unit.sends == ()


@pytest.mark.parametrize(
    ("names", "contracts", "code"),
    [
        (("billing",), LINE, "TOGETHER_FEW"),
        (("billing", "billing"), LINE, "TOGETHER_FEW"),
        (("billing", "nobody"), LINE, "TOGETHER_SERVICE"),
        (("billing", "booking"), (LINE[0], taking("bills", "booking", run={"handler": "m:f"})), "TOGETHER_SERVICE"),
        (("billing", "booking"), (LINE[0], taking("bills", "booking", run={"observed": True})), "TOGETHER_SERVICE"),
        (("booking", "billing"), LINE, "TOGETHER_LINK"),
        (("billing", "archive"), LINE, "TOGETHER_LINK"),
        (("billing", "till"), (*LINE, sending("bills", "till")), "TOGETHER_LINK"),
        (("till", "booking"), (sending("orders", "till"), *LINE[1:]), "TOGETHER_LINK"),
        (("till", "billing"), (sending("orders", "till", body=None), *LINE), "TOGETHER_SERVICE"),
        (("till", "billing"), (sending("orders", "till", body=None, http=None, start=True), *LINE), "TOGETHER_SERVICE"),
        (("billing", "booking"), (taking("orders", "billing", "bills", count=2), LINE[1]), "TOGETHER_EFFECT"),
        (("billing", "booking"), (taking("orders", "billing", "bills", "bills"), LINE[1]), "TOGETHER_EFFECT"),
        (
            ("billing", "booking"),
            (taking("orders", "billing", "bills", when=schema({"type": "object"})), LINE[1]),
            "TOGETHER_EFFECT",
        ),
    ],
)
def test_what_is_no_chain(names: tuple[str, ...], contracts: tuple[Contract, ...], code: str) -> None:
    """Said before anything is started."""
    with pytest.raises(UsageError) as caught:
        plan_chains(names, units(*contracts))
    assert caught.value.code == code
    assert caught.value.fix
