"""Which faults a unit is put through: those that are asked for and that can be put on here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from kcontract.engine.faults.broker import broker_faults
from kcontract.engine.faults.database import database_faults
from kcontract.engine.faults.group import group_faults
from kcontract.engine.faults.injection import Injection
from kcontract.engine.faults.network import network_faults
from kcontract.engine.faults.process import process_faults
from kcontract.engine.faults.registry import registry_faults
from kcontract.engine.faults.topics import topic_faults
from kcontract.engine.settings import ServiceGone
from kcontract.engine.stage import Stage
from kcontract.judge.faults.book import FaultBook
from kcontract.model import events as ev
from kcontract.model.faults import FaultKind, chosen

_REMEDIES = {
    "brokerDown": "run on a broker of ours: --broker local",
    "network": "leave out --no-tap",
    "registryDown": "give the service the registry's address by {registry}",
    "killed": "leave out --no-tap; it is for services that write to topics",
    "rebalance": "run on a broker of ours: --broker local",
    "recordLimit": "run on a broker of ours: --broker local; it is for who writes, :deadLetter for dead letters",
    "offsetsOutOfRange": "run on a broker of ours, with an input that is not compacted",
}
FAMILIES: tuple[Callable[[Stage], Iterator[Injection]], ...] = (
    broker_faults,
    registry_faults,
    network_faults,
    database_faults,
    process_faults,
    group_faults,
    topic_faults,
)
"""Each gives the faults of its sort that can be put on in a unit."""


def injections(stage: Stage, side: Callable[[FaultKind], bool] = lambda _: True) -> tuple[Injection, ...]:
    """The faults that the unit is to be put through, in the order of `model.faults`. `side` says which of them make
    sense for its receivers or senders. What is declared or named and cannot be put on is told as a blind spot."""
    words = stage.tools.settings.faults
    declared = {fault.name for contract in stage.unit.contracts for fault in contract.faults}
    possible = {one.kind.name: one for one in chain.from_iterable(family(stage) for family in FAMILIES)}
    wanted = [kind for kind in chosen(words, declared) if side(kind)]
    for kind in wanted:
        if kind.name not in possible and (kind.name in words or kind.name in declared):
            _tell_impossible(stage, kind)
    return tuple(possible[kind.name] for kind in wanted if kind.name in possible)


def tell_undone(stage: Stage) -> None:
    """Declared faults that `--faults` leaves out are no success."""
    declared = dict.fromkeys(fault.name for contract in stage.unit.contracts for fault in contract.faults)
    done = {kind.family for kind in chosen(stage.tools.settings.faults, declared)}
    for name in declared:
        if name not in done:
            _blind(stage, f"`faults`: {name} was not tried", "run with --faults declared")


def tell_gone(stage: Stage, name: str, left: Sequence[Injection]) -> None:
    """Nothing of what is `left` can be tried with a service that does not start any more.

    ServiceGone if it is not blamed for that: the machine may have become too slow.
    """
    if not stage.out_of_time and not stage.state.book(FaultBook).is_lost:
        raise ServiceGone(f"after {name} the service did not get ready any more")
    if left:
        names = ", ".join(one.kind.name for one in left)
        _blind(stage, f"not tried, for the service does not start any more after {name}: {names}", "")


def tell_seen_once(stage: Stage, name: str, rounds: int) -> None:
    """A race may be lost once in a while: that is a hint for people, and no verdict."""
    codes = " and ".join(stage.state.book(FaultBook).doubts(name))
    seen = f"in one of {rounds} rounds, and not again" if rounds > 1 else "once, and no other round could be judged"
    remedy = f"--faults {name}, which tries it again; the last records before the fault in its history"
    _blind(stage, f"{name}: {codes} was seen {seen}", remedy)


def _tell_impossible(stage: Stage, kind: FaultKind) -> None:
    _blind(stage, f"`faults`: {kind.name} cannot be put on here", _REMEDIES.get(kind.family, ""))


def _blind(stage: Stage, what: str, remedy: str) -> None:
    recorder = stage.tools.recorder
    recorder.record(ev.Blind(recorder.now(), stage.unit.name, what, remedy))
