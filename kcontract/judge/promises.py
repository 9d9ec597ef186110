"""What a unit has promised: its contracts, compiled for judging."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from kcontract.model.contract import Contract, Emits, Expression, Probe, Receive, Reply, Send
from kcontract.model.registry import RegisteredSchema
from kcontract.oracle.book import payload_texts
from kcontract.oracle.effects import EffectOracle
from kcontract.oracle.topic import TopicOracle


class OutputRole(Enum):
    """Why a service may write to a topic."""

    EFFECT = "effect"
    DEAD_LETTER = "dead letter"
    RETRY = "retry"
    REPLY = "reply"
    PROBE = "probe"
    """No topic at all: it is asked for."""


@dataclass(frozen=True, slots=True)
class Input:
    """A topic that the unit receives."""

    contract: Contract
    receive: Receive
    oracle: TopicOracle

    @property
    def topic(self) -> str:
        return self.contract.topic

    @property
    def dead_letter_topic(self) -> str | None:
        dead_letter = self.receive.on_invalid.dead_letter
        return dead_letter.topic if dead_letter else None

    @property
    def pools_keys(self) -> bool:
        """Whether many records share a key: then it names none of them."""
        return self.contract.pools_keys(self.receive)

    @property
    def shows_effects(self) -> bool:
        """Whether an effect of a valid record can be seen at all."""
        return self.shows_events or self.receive.probe is not None

    @property
    def shows_events(self) -> bool:
        """Whether it comes as a record, of which the number and the time are known."""
        return bool(self.receive.emits or self.contract.reply)

    @property
    def shows_rejections(self) -> bool:
        """Whether something must come back for an invalid record."""
        return self.receive.on_invalid.policy in ("deadLetter", "reply")


@dataclass(frozen=True, slots=True)
class Output:
    """A topic that the unit may write to because of an input."""

    topic: str
    role: OutputRole
    source: Input
    emits: Emits | None = None
    oracle: EffectOracle | None = None
    copies: bool = False
    """Whether a value of the same bytes as the input's keeps all that is promised of an effect."""
    reply: Reply | None = None
    error: EffectOracle | None = None
    """For replies: what the answer to an invalid request must be; None where the contract does not say."""
    probe: Probe | None = None
    copies_once: bool = False
    """Whether such a copy is all that one record must have there: it comes once, without a correlation id."""


@dataclass(frozen=True, slots=True)
class Product:
    """A topic that the unit sends to when it is triggered."""

    contract: Contract
    send: Send
    oracle: TopicOracle

    @property
    def takes_any(self) -> bool:
        """Whether each event on the topic is its own: it sends by itself, or a function makes its events."""
        alone = self.send.action is not None and self.send.action.start
        return (alone or self.send.run.make is not None) and not (self.send.where and self.send.where.pairs)


@dataclass(frozen=True, slots=True)
class Promises:
    """All promises of one unit."""

    unit: str
    inputs: Mapping[str, Input]
    outputs: Mapping[str, tuple[Output, ...]]
    products: Mapping[str, Product]
    """Of each topic that has senders the first of them."""
    triggers: Mapping[tuple[str, str], Product] = field(default_factory=dict)
    """Every sender, by topic and name."""
    registered: tuple[RegisteredSchema, ...] = ()
    """What the registry held when the unit began."""
    probes: Mapping[str, Output] = field(default_factory=dict)
    """What is asked about the records of an input topic."""

    def product(self, topic: str, sender: str) -> Product:
        """What a sender promises; without a name the topic's first one."""
        return self.triggers.get((topic, sender)) or self.products[topic]

    @property
    def service_may_end(self) -> bool:
        """Whether nobody needs the service any more: its senders are commands, or have sent what they had."""
        actions = [product.send.action for product in self.triggers.values()]
        return not self.inputs and all(one is not None and not one.http for one in actions)

    @property
    def effects(self) -> tuple[Output, ...]:
        """All declared effects, in the order of the contracts."""
        return tuple(output for group in self.outputs.values() for output in group if output.emits is not None)

    def always_wanted(self) -> dict[str, tuple[Output, ...]]:
        """The effects of every valid record of a topic, where no `when` makes them depend on it."""
        wanted: dict[str, tuple[Output, ...]] = {}
        for topic, source in self.inputs.items():
            own = tuple(output for output in self.effects if output.source is source)
            if all(output.emits is not None and output.emits.when is None for output in own):
                wanted[topic] = own
        return wanted

    @property
    def most_effects(self) -> int:
        """How many effects a record may have, over all topics."""
        return max(1, sum(output.emits.count for output in self.effects if output.emits is not None))

    @property
    def replies(self) -> Mapping[str, Output]:
        """The first reply of each input topic that has one."""
        found = [output for group in self.outputs.values() for output in group if output.role is OutputRole.REPLY]
        return {output.source.topic: output for output in reversed(found)}


def compile_promises(unit: str, contracts: Iterable[Contract], book: Sequence[RegisteredSchema]) -> Promises:
    """The promises of `unit` in these contracts. `book` is what the registry holds."""
    inputs: dict[str, Input] = {}
    outputs: dict[str, tuple[Output, ...]] = {}
    products: dict[str, Product] = {}
    triggers: dict[tuple[str, str], Product] = {}
    for contract in contracts:
        for receive in contract.receive:
            if receive.unit == unit:
                source = Input(contract, receive, TopicOracle(contract, receive, book))
                inputs[contract.topic] = source
                for output in _outputs(source, book):
                    outputs[output.topic] = (*outputs.get(output.topic, ()), output)
        for send in contract.send:
            if send.unit == unit:
                first = products.get(contract.topic)
                oracle = first.oracle if first is not None else TopicOracle(contract, None, book)
                product = triggers[(contract.topic, send.name)] = Product(contract, send, oracle)
                products.setdefault(contract.topic, product)
    asked = ((topic, source, source.receive.probe) for topic, source in inputs.items())
    probes = {topic: Output("", OutputRole.PROBE, source, probe=probe) for topic, source, probe in asked if probe}
    return Promises(unit, inputs, outputs, products, triggers, tuple(book), probes)


def _outputs(source: Input, book: Sequence[RegisteredSchema]) -> Iterable[Output]:
    receive = source.receive
    for emits in receive.emits:
        oracle = EffectOracle(emits.payload, emits.key, book)
        copies = _may_copy(source, emits)
        once = copies and emits.count == 1 and emits.correlation_id is None
        yield Output(emits.topic, OutputRole.EFFECT, source, emits, oracle, copies, copies_once=once)
    if source.dead_letter_topic:
        yield Output(source.dead_letter_topic, OutputRole.DEAD_LETTER, source)
    if receive.retry:
        yield from (Output(topic, OutputRole.RETRY, source) for topic in receive.retry.topics)
    reply = source.contract.reply
    if reply is not None:
        oracle = EffectOracle(reply.payload, None, book)
        error = EffectOracle(reply.error, None, book) if reply.error is not None else None
        for topic in (reply.topic,) if isinstance(reply.topic, str) else reply.topics:
            yield Output(topic, OutputRole.REPLY, source, oracle=oracle, reply=reply, error=error)


def _may_copy(source: Input, emits: Emits) -> bool:
    """Plain JSON on both sides, no schema of its own, and every pair of `where` names one place on both sides."""
    message = source.contract.message
    if message.wire != "plain" or emits.payload is not None or emits.key is not None:
        return False
    plain = all(text.kind == "json" for text in payload_texts(source.contract))
    pairs = emits.where.pairs if emits.where is not None else ()
    return plain and all(expression == Expression("message.payload", pointer) for pointer, expression in pairs)
