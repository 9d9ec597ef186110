"""Units: one service each with all contracts that name it (FORMAT.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kcontract.engine.tools import Tools
from kcontract.generate.sizes import limit_of
from kcontract.judge.runs.summing import output_names
from kcontract.model.cluster import TopicSpec
from kcontract.model.contract import Contract, Receive, Run, Send

_ANY_TIME = str(2**63 - 1)
"""The broker would refuse timestamps that lie more than an hour ahead, before a consumer could meet them."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One service, run alone on freshly made topics."""

    name: str
    run: Run
    contracts: tuple[Contract, ...]
    receives: tuple[tuple[Contract, Receive], ...]
    sends: tuple[tuple[Contract, Send], ...]
    group: str

    @property
    def speaks_no_http(self) -> bool:
        """Whether all that it does is to send, by itself or through commands."""
        actions = [send.action for _, send in self.sends]
        return bool(actions) and not self.receives and all(one is None or one.http is None for one in actions)

    @property
    def makes_events(self) -> bool:
        """Whether it is no service at all, but a function."""
        return self.run.make is not None and not self.receives

    @property
    def is_handler(self) -> bool:
        """Whether its records are handed to a function: on a broker only our own loop around it would be judged."""
        return self.run.handler is not None and bool(self.receives)


def plan_units(contracts: Sequence[Contract], run: str, select: frozenset[str] = frozenset()) -> tuple[Unit, ...]:
    """The units of these contracts, senders first, in the order in which the contracts name them.

    A unit has the name of its service in kcontract.yaml, else that of its receivers and senders; `select` holds names
    of either sort.
    """
    sides: list[Send | Receive] = [*(s for c in contracts for s in c.send), *(r for c in contracts for r in c.receive)]
    chosen = (side.unit for side in sides if not select or select & {side.unit, side.name})
    return tuple(_unit(name, contracts, run) for name in dict.fromkeys(chosen))


def _unit(name: str, contracts: Sequence[Contract], run: str) -> Unit:
    receives = tuple((c, receive) for c in contracts for receive in c.receive if receive.unit == name)
    sends = tuple((c, send) for c in contracts for send in c.send if send.unit == name)
    named = tuple(c for c in contracts if any(c is other for other, _ in (*receives, *sends)))
    first = receives[0][1].run if receives else sends[0][1].run
    return Unit(name, first, named, receives, sends, first.group or f"kcontract.{run}.{name}")


def unit_topics(unit: Unit, others: Iterable[Contract], *, ours: bool = True) -> tuple[TopicSpec, ...]:
    """The topics that must exist for the unit.

    Outputs get their input's partition count, room for a dead letter that outgrows its record, and LogAppendTime
    (ORACLE.md §2). Topics of the project's other contracts exist as well, so that writing there is seen. On a cluster
    that is not `ours` inputs refuse the times that it refuses: topics that a service makes itself do so, too.
    """
    specs: dict[str, TopicSpec] = {}
    for contract in unit.contracts:
        specs[contract.topic] = _topic(contract, ours=ours)
    for contract, receive in unit.receives:
        for name in output_names(contract, receive):
            specs.setdefault(name, _output(name, contract, keeps_time=name == _timed_letters(receive)))
    for contract in others:
        specs.setdefault(contract.topic, _topic(contract, ours=ours))
    return tuple(specs.values())


def placeholder_values(unit: Unit, tools: Tools) -> dict[str, str]:
    """What the placeholders of the unit's `env` and `command` stand for (FORMAT.md)."""
    contract, receive = unit.receives[0] if unit.receives else (unit.contracts[0], None)
    values = {
        **addresses(unit, tools),
        "topic": contract.topic,
        "group": unit.group,
        "port": str(tools.launcher.free_port()),
        "run": tools.settings.run,
    }
    if receive is not None:
        dead_letter = receive.on_invalid.dead_letter
        values["deadLetter"] = dead_letter.topic if dead_letter else ""
        values["emits"] = receive.emits[0].topic if receive.emits else ""
        values["retry"] = receive.retry.topic if receive.retry else ""
    if contract.reply and isinstance(contract.reply.topic, str):
        values["reply"] = contract.reply.topic
    elif contract.reply and contract.reply.topics:
        values["reply"] = contract.reply.topics[0]
    return values


def addresses(unit: Unit, tools: Tools) -> dict[str, str]:
    """Where the unit's service finds broker and registry: from a container's network, or from this machine."""
    tap, cluster, registry = tools.tap, tools.cluster, tools.registry
    if unit.run.in_container:
        bootstrap = (tap.container_bootstrap if tap else "") or cluster.container_bootstrap
        return {"bootstrap": bootstrap, "registry": registry.container_url}
    return {"bootstrap": tap.bootstrap if tap else cluster.service_bootstrap, "registry": tools.registry_url}


def _topic(contract: Contract, *, ours: bool) -> TopicSpec:
    config = {**({"message.timestamp.after.max.ms": _ANY_TIME} if ours else {}), **dict(contract.config)}
    if contract.compacted:
        config.setdefault("cleanup.policy", "compact")
    return TopicSpec(name=contract.topic, partitions=contract.partitions, config=tuple(config.items()))


def _timed_letters(receive: Receive) -> str | None:
    """The dead letter topic whose records must keep their timestamps, which LogAppendTime would replace."""
    letters = receive.on_invalid.dead_letter
    return letters.topic if letters and "timestamp" in letters.preserve else None


def _output(name: str, source: Contract, *, keeps_time: bool) -> TopicSpec:
    limit = 4 * limit_of(source)
    time = ("message.timestamp.after.max.ms", _ANY_TIME) if keeps_time else ("message.timestamp.type", "LogAppendTime")
    return TopicSpec(name=name, partitions=source.partitions, config=(("max.message.bytes", str(limit)), time))
