"""Which services are a chain, and through which topics records go from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import msgspec

from kcontract.engine.plan import Unit
from kcontract.errors import UsageError
from kcontract.model.contract import Contract, Emits, Receive


@dataclass(frozen=True, slots=True)
class Link:
    """One service of a chain: the receiver that takes a record, and the topic on which the next one finds it."""

    unit: Unit
    contract: Contract
    receive: Receive
    emits: Emits | None
    """None for the last one."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Services that run at once. The last one is judged, by what the others make of records for the first."""

    links: tuple[Link, ...]

    @property
    def name(self) -> str:
        return "+".join(link.unit.name for link in self.links)

    @property
    def head(self) -> Link:
        """Takes our records."""
        return self.links[0]

    @property
    def last(self) -> Link:
        return self.links[-1]

    @property
    def companions(self) -> tuple[Unit, ...]:
        """All but the last one, in their order."""
        return tuple(link.unit for link in self.links[:-1])

    @property
    def unit(self) -> Unit:
        """The last service as a unit of the chain's name.

        Its topic has one partition, so that each record of the service before can be told from the next. What needs
        records of our own making there (delivery, faults, load, probes) is for the service alone.
        """
        link = self.last
        run = msgspec.structs.replace(link.unit.run, service=self.name)
        receive = msgspec.structs.replace(
            link.receive, run=run, order=None, idempotent=False, slo=None, probe=None, health=None
        )
        contract = msgspec.structs.replace(link.contract, partitions=1, faults=(), send=(), receive=(receive,))
        return Unit(self.name, run, (contract,), ((contract, receive),), (), link.unit.group)


def plan_chains(names: Sequence[str], units: Sequence[Unit]) -> tuple[Chain, ...]:
    """The chain of these services in their order, as one chain for each service behind the first: every one of them
    is judged.

    UsageError TOGETHER_FEW, TOGETHER_SERVICE, TOGETHER_LINK and TOGETHER_EFFECT for what is no chain that could be
    judged.
    """
    if not names:
        return ()
    if len(set(names)) < max(2, len(names)):
        fix = "--together A,B with the first service first"
        raise UsageError("TOGETHER_FEW", "a chain has two services at least, and each of them once", fix)
    chosen = [_unit(name, units) for name in names]
    links = next(_paths(chosen, None), None)
    if links is None:
        raise _broken(chosen)
    for link in links[:-1]:
        _check_effect(link)
    return tuple(_cut(links, number) for number in range(2, len(links) + 1))


def _cut(links: tuple[Link, ...], count: int) -> Chain:
    *before, last = links[:count]
    return Chain((*before, Link(last.unit, last.contract, last.receive, None)))


def _unit(name: str, units: Sequence[Unit]) -> Unit:
    for unit in units:
        if name == unit.name or name in [receive.name for _, receive in unit.receives]:
            if not unit.receives or unit.is_handler or unit.run.observed:
                what = f"{name} cannot be part of a chain: it is no receiver that kcontract starts"
                raise UsageError("TOGETHER_SERVICE", what, "name receivers with a command, an image or a Compose file")
            return unit
    raise UsageError("TOGETHER_SERVICE", f"no receiver is named {name!r}", "name services that receive, first to last")


def _paths(units: Sequence[Unit], topic: str | None) -> Iterator[tuple[Link, ...]]:
    """Ways from `topic` (None: any input of the first unit) to the last unit."""
    unit, rest = units[0], units[1:]
    for contract, receive in unit.receives:
        if topic not in (None, contract.topic):
            continue
        if not rest:
            yield (Link(unit, contract, receive, None),)
        for emits in receive.emits if rest else ():
            yield from ((Link(unit, contract, receive, emits), *more) for more in _paths(rest, emits.topic))


def _broken(units: Sequence[Unit]) -> UsageError:
    for first, second in pairwise(units):
        inputs = {contract.topic for contract, _ in second.receives}
        if not any(emits.topic in inputs for _, receive in first.receives for emits in receive.emits):
            what = (
                f"{first.name} and {second.name} are no chain: none of the former's `emits` is an input of the latter"
            )
            return UsageError("TOGETHER_LINK", what, "name the services in the order in which records go through them")
    what = f"no record goes from {units[0].name} through all of them to {units[-1].name}"
    return UsageError("TOGETHER_LINK", what, "see `emits` of the services between")


def _check_effect(link: Link) -> None:
    """One record for each: a second one, or none, could not be told from a defect."""
    emits = link.emits
    same = [one for one in link.receive.emits if emits is not None and one.topic == emits.topic]
    if emits is not None and (len(same) > 1 or emits.count != 1 or emits.when is not None):
        what = f"{emits.at}: {link.receive.name} does not send exactly one record to {emits.topic} for each of its own"
        raise UsageError("TOGETHER_EFFECT", what, "verify the services behind it alone")
