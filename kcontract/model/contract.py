"""The contract file as frozen values (FORMAT.md is the reference for every key).

Durations are seconds, rates are per second, shares are fractions of 1. `at` is the line that a promise stands on.
Schemas are held as text, so that everything below `document` stays free of files.
"""

from __future__ import annotations

from typing import Any, Literal

from kcontract.model.location import Location
from kcontract.model.value import Value

Level = Literal[
    "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE", "NONE"
]  # fmt: skip
LookupStrategy = Literal["TopicNameStrategy", "RecordNameStrategy", "TopicRecordNameStrategy"]
Wire = Literal["confluent", "confluent-header", "plain"]
Policy = Literal["deadLetter", "skip", "stop", "reply"]
Root = Literal[
    "message.key", "message.payload", "message.header",
    "request.body", "request.path", "response.status", "response.body",
]  # fmt: skip


class SchemaText(Value, frozen=True):
    """A schema as its author wrote it. `file` is None for one that stands inline in the contract."""

    kind: Literal["avro", "json"]
    text: str
    at: Location
    file: str | None = None


class Expression(Value, frozen=True):
    """`$message.payload#/ptr` and its kind. `pointer` is an RFC 6901 pointer, or the name of a header or path part."""

    root: Root
    pointer: str = ""

    def __str__(self) -> str:
        if self.root in ("message.header", "request.path"):
            return f"${self.root}#/{self.pointer}"
        return f"${self.root}#{self.pointer}" if self.pointer else f"${self.root}"


class Where(Value, frozen=True):
    """Pairs of effect pointer and expression, or the name of a function `module:function(input, effect)`."""

    at: Location
    pairs: tuple[tuple[str, Expression], ...] = ()
    function: str | None = None


class Reference(Value, frozen=True):
    name: str
    subject: str
    schema: SchemaText


class Variant(Value, frozen=True):
    """One event type of `message.oneOf`. `when` tells it apart; None for Avro, where the record name does."""

    name: str
    payload: SchemaText
    when: SchemaText | None = None


class Message(Value, frozen=True):
    at: Location
    key: SchemaText | None = None
    key_from: Expression | None = None
    payload: SchemaText | None = None
    one_of: tuple[Variant, ...] = ()
    wire: Wire = "plain"
    headers: SchemaText | None = None
    correlation_id: Expression | None = None
    identity: Expression | None = None
    constraints: SchemaText | None = None
    examples: tuple[Any, ...] = ()
    """Each as parsed JSON, in the JSON form of the payload."""
    generators: tuple[tuple[str, Any], ...] = ()
    """Pointer → list of values, or the text `module:function`."""
    generated_at: tuple[tuple[str, Location], ...] = ()
    """Where each pointer of `generators` stands."""
    references: tuple[Reference, ...] = ()
    assert_formats: bool = False
    content_type: str | None = None


class RegistryRules(Value, frozen=True):
    at: Location
    compatibility: Level | None = None
    strategy: LookupStrategy = "TopicNameStrategy"
    subject: str | None = None
    versions: tuple[SchemaText, ...] = ()
    """Oldest to newest; the last one is the payload."""
    auto_register: bool = False


class Malformed(Value, frozen=True):
    """Which tolerances are withdrawn or granted (ORACLE.md §1). Codes as in MALFORMED.md."""

    strict: bool = False
    invalid: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class Run(Value, frozen=True):
    """How a service is run. Exactly one of command, service, image, compose, observed, handler, make is given."""

    at: Location
    command: tuple[str, ...] = ()
    service: str | None = None
    image: str | None = None
    compose: str | None = None
    compose_service: str | None = None
    """The service's name in the compose file; `service` is the one in kcontract.yaml."""
    observed: bool = False
    """`{group: NAME}` alone: already running, only observed."""
    handler: str | None = None
    rejects: tuple[str, ...] = ()
    """Exceptions, as `module:Class` or built in, by which a handler refuses an invalid record."""
    make: str | None = None
    env: tuple[tuple[str, str], ...] = ()
    cwd: str | None = None
    ready: str | None = None
    group: str | None = None
    start_timeout: float = 60.0
    stop_timeout: float = 10.0
    instances: int = 1

    @property
    def in_container(self) -> bool:
        """Whether it reaches broker and registry from a container's network."""
        return self.image is not None or self.compose is not None


class DeadLetter(Value, frozen=True):
    at: Location
    topic: str
    preserve: tuple[str, ...] = ("value", "key", "headers")
    headers: str = "auto"
    """auto, spring, connect, streams, or mapping."""
    mapping: tuple[tuple[str, str], ...] = ()


class OnInvalid(Value, frozen=True):
    """What a receiver promises for an invalid record: exactly one policy."""

    at: Location
    policy: Policy
    dead_letter: DeadLetter | None = None
    skip_log: str | None = None
    stop: Literal["exit", "pause"] | None = None


class Retry(Value, frozen=True):
    at: Location
    topic: str
    """The only one, or the first of several."""
    attempts: int = 3
    backoff: float = 0.0
    later: tuple[str, ...] = ()
    """Topics for the attempts after the first, where each has one of its own (Spring's back-off that grows)."""

    @property
    def topics(self) -> tuple[str, ...]:
        return self.topic, *self.later


class Emits(Value, frozen=True):
    """An event that a receiver sends for a valid input."""

    at: Location
    topic: str
    payload: SchemaText | None = None
    key: SchemaText | None = None
    correlation_id: Expression | None = None
    """Written down, it is a promise. None: effects that have the id where `message` has it are tied by it."""
    where: Where | None = None
    """`copies: [a]` stands here already as the pair /a → $message.payload#/a."""
    when: SchemaText | None = None
    count: int = 1
    order: tuple[tuple[str, tuple[Any, ...]], ...] = ()


class Probe(Value, frozen=True):
    at: Location
    http: str | None = None
    expect_status: int | None = None
    expect_body: SchemaText | None = None
    command: tuple[str, ...] = ()
    expect_exit: int | None = None
    expect_stdout: str | None = None
    function: str | None = None


class Slo(Value, frozen=True):
    at: Location
    rate: float = 10.0
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    throughput: float | None = None
    errors: float | None = None


class Health(Value, frozen=True):
    at: Location
    url: str
    expect: Any = None


class Receive(Value, frozen=True):
    """One receiver and its promises."""

    at: Location
    name: str
    run: Run
    on_invalid: OnInvalid
    reader: SchemaText | None = None
    retry: Retry | None = None
    emits: tuple[Emits, ...] = ()
    probe: Probe | None = None
    health: Health | None = None
    order: Literal["key"] | None = None
    idempotent: bool = False
    slo: Slo | None = None
    malformed: Malformed | None = None
    """Its own rules, merged over the contract's by the loader; None: the contract's hold."""

    @property
    def unit(self) -> str:
        """The unit that it is a part of: receivers that name one service of kcontract.yaml are one process."""
        return self.run.service or self.name


class Action(Value, frozen=True):
    """What makes a sender send: one of http, command, start."""

    at: Location
    http: str | None = None
    """`METHOD /path/{expression}`"""
    body: SchemaText | None = None
    headers: tuple[tuple[str, str], ...] = ()
    command: tuple[str, ...] = ()
    start: bool = False
    bind: tuple[tuple[str, Expression], ...] = ()
    """Under `given`: names for `{name}` in later actions' paths, taken from $response."""


class Send(Value, frozen=True):
    at: Location
    name: str
    run: Run
    action: Action | None = None
    given: tuple[Action, ...] = ()
    where: Where | None = None
    invalid_request: Literal["refused"] = "refused"

    @property
    def unit(self) -> str:
        """As of a receiver."""
        return self.run.service or self.name


class Reply(Value, frozen=True):
    at: Location
    topic: str | Expression
    payload: SchemaText | None = None
    error: SchemaText | None = None
    correlation_id: Expression | None = None
    within: float = 5.0
    topics: tuple[str, ...] = ()
    """Where a request names its reply topic: the run's own topics, of which it names one. Filled by the engine."""


class Fault(Value, frozen=True):
    at: Location
    name: Literal["brokerDown", "registryDown", "network", "databaseDown"]
    send: Literal["accepts", "refuses"] | None = None
    health: Literal["ok", "degraded", "down"] | None = None
    recovers: float | None = None
    down: tuple[str, ...] = ()
    up: tuple[str, ...] = ()


class Contract(Value, frozen=True):
    """One contract file."""

    at: Location
    topic: str
    message: Message
    registry: RegistryRules
    malformed: Malformed
    partitions: int = 1
    compacted: bool = False
    """`cleanup: compact`: a tombstone is a valid record."""
    config: tuple[tuple[str, str], ...] = ()
    taken_from: str | None = None
    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    reply: Reply | None = None
    send: tuple[Send, ...] = ()
    receive: tuple[Receive, ...] = ()
    faults: tuple[Fault, ...] = ()

    def pools_keys(self, receive: Receive) -> bool:
        """`order: key` wants few keys for many records, unless the key is what must be fresh (ORACLE.md §2)."""
        fresh = {expression for expression in (self.message.identity, self.message.correlation_id) if expression}
        return receive.order == "key" and self.message.key_from not in fresh

    def names_records(self, receive: Receive) -> bool:
        """Whether it says what is another in each record, so that effects can be told apart by more than a marker."""
        key = self.key_is_fresh(receive)
        return key or self.message.correlation_id is not None or self.message.identity is not None

    def key_is_fresh(self, receive: Receive) -> bool:
        """Whether each record has a key of its own, which stands in its payload."""
        return self.message.key_from is not None and not self.pools_keys(receive)

    def malformed_for(self, receive: Receive | None) -> Malformed:
        return receive.malformed if receive is not None and receive.malformed is not None else self.malformed


class Project(Value, frozen=True):
    """`kcontract.yaml` and what it stands for."""

    root: str
    """Absolute path of the project root."""
    services: tuple[tuple[str, Run], ...] = ()
    contracts: tuple[str, ...] = ("contracts/**/*.yaml",)
    broker: str | None = None
    registry: str | None = None
    malformed: Malformed = Malformed()
    max_examples: int | None = None
    max_time: float | None = None
