"""Which services are a chain, and through which topics records go from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import msgspec

from kcontract.engine.plan import Unit
from kcontract.errors import UsageError
from kcontract.model.contract import Contract, Receive, Send


@dataclass(frozen=True, slots=True)
class Link:
    """One service of a chain: the receiver that takes a record, or the sender of the first one, and the topic on which
    the next one finds what it makes."""

    unit: Unit
    contract: Contract
    side: Receive | Send
    publishes: str = ""
    """Empty for the last one."""


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
    def judged(self) -> Receive:
        """The last service's receiver."""
        side = self.last.side
        assert isinstance(side, Receive)  # noqa: S101 - only the first one may be a sender
        return side

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
            self.judged, run=run, order=None, idempotent=False, slo=None, probe=None, health=None
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
    return tuple(Chain((*links[:number], replace(links[number], publishes=""))) for number in range(1, len(links)))


def _unit(name: str, units: Sequence[Unit]) -> Unit:
    for unit in units:
        own = [*(receive.name for _, receive in unit.receives), *(send.name for _, send in unit.sends)]
        if name in (unit.name, *own):
            if unit.is_handler or unit.makes_events or unit.run.observed:
                what = f"{name} cannot be part of a chain: it is no service that kcontract starts"
                raise UsageError("TOGETHER_SERVICE", what, "name services with a command, an image or a Compose file")
            return unit
    raise UsageError("TOGETHER_SERVICE", f"no service is named {name!r}", "name services, first to last")


def _paths(units: Sequence[Unit], topic: str | None) -> Iterator[tuple[Link, ...]]:
    """Ways from `topic` (None: any input or request of the first unit) to the last unit."""
    if not units:
        return
    unit, rest = units[0], units[1:]
    for contract, receive in unit.receives:
        if topic in (None, contract.topic) and not rest:
            yield (Link(unit, contract, receive),)
        for published in _published(receive) if topic in (None, contract.topic) else ():
            yield from ((Link(unit, contract, receive, published), *more) for more in _paths(rest, published))
    for contract, send in unit.sends if topic is None else ():
        yield from ((Link(unit, contract, send, contract.topic), *more) for more in _paths(rest, contract.topic))


def _published(side: Receive | Send) -> list[str]:
    return [] if isinstance(side, Send) else [emits.topic for emits in side.emits]


def _broken(units: Sequence[Unit]) -> UsageError:
    for first, second in pairwise(units):
        inputs = {contract.topic for contract, _ in second.receives}
        outputs = {topic for _, receive in first.receives for topic in _published(receive)}
        outputs |= {contract.topic for contract, _ in first.sends} if first is units[0] else set()
        if not outputs & inputs:
            what = (
                f"{first.name} and {second.name} are no chain: nothing that the former sends is an input of the latter"
            )
            return UsageError("TOGETHER_LINK", what, "name the services in the order in which records go through them")
    what = f"no record goes from {units[0].name} through all of them to {units[-1].name}"
    return UsageError("TOGETHER_LINK", what, "see `emits` of the services between")


def _check_effect(link: Link) -> None:
    """One record for each: a second one, or none, could not be told from a defect."""
    if isinstance(link.side, Send):
        action = link.side.action
        if action is None or action.start or action.body is None:
            what = f"{link.side.at}: {link.side.name} is sent no request with a body"
            raise UsageError("TOGETHER_SERVICE", what, "begin the chain behind it")
        return
    emits = [one for one in link.side.emits if one.topic == link.publishes]
    if len(emits) > 1 or emits[0].count != 1 or emits[0].when is not None:
        what = f"{emits[0].at}: {link.side.name} sends another number of records than one to {link.publishes}"
        raise UsageError("TOGETHER_EFFECT", what, "verify the services behind it alone")
