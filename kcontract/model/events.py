"""The history of a run: everything that happened, in order, as typed events.

The history is written to disk as it happens and is all that the judge sees, so any run can be judged again without a
broker. `at` is seconds since the start of the run on a clock that never goes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from kcontract.model.case import Case
from kcontract.model.contract import Contract
from kcontract.model.load import EchoFigures, LoadKind
from kcontract.model.record import LogRecord
from kcontract.model.registry import RegisteredSchema
from kcontract.model.service import Resources
from kcontract.model.tap import Sighting

Purpose = Literal[
    "warm",
    "probe",
    "first",
    "batch",
    "bisect",
    "alone",
    "repeat",
    "shrink",
    "replay",
    "burst",
    "redelivery",
    "stop",
    "fault",
    "growth",
    "load",
]
"""Why a window was sent: to get over the first records after a start; to learn the service's pace; right after a
start; the cases; to find a culprit among suspects; one case behind a healthy record; the same window once more;
smaller variants of a judged case; a stored case; many records of few keys; the same bytes once
more; one case at which the service must stop; records before, during and after a fault; one
case in many copies, or none for comparison, to see what it holds on to; records at a rate."""

KillReason = Literal["stalled", "finished", "interrupted", "restart", "fault"]


class Happened(msgspec.Struct, frozen=True, tag=True, tag_field="event", omit_defaults=True, gc=False):
    """The base of all events."""

    at: float


class RunStarted(Happened, frozen=True):
    run: str
    version: str
    seed: int
    broker: str
    registry: str
    started: str
    """Wall clock, RFC 3339 in UTC."""
    is_broker: bool = True
    """False for the protocol mock, whose verdicts are limited."""
    folder: str = ""
    """Path of the project in its repository, if it is not the whole of it: places in files are relative to it."""
    whole: bool = True
    """False if not all that the units have was sent (`--kinds`, `--shard`, a replay)."""
    shard: str = ""
    """`2/3` for the second of three parts."""


class UnitStarted(Happened, frozen=True):
    """A service with all contracts that name it begins, alone on freshly made topics."""

    unit: str
    contracts: tuple[Contract, ...]
    schemas: tuple[RegisteredSchema, ...] = ()
    group: str = ""
    topics: tuple[tuple[str, int], ...] = ()
    """Topics of the unit with their partition counts."""


class UnitBlocked(Happened, frozen=True):
    """The unit could not run, and why: COULD_NOT_RUN."""

    unit: str
    code: str
    reason: str
    fix: str = ""


class UnitEnded(Happened, frozen=True):
    """What only the engine knows of a unit stands here, so that a history amounts to the same summary."""

    unit: str
    tested: int = 0
    """Cases and requests that were judged, without those of the probe phase."""
    not_applicable: tuple[tuple[str, str], ...] = ()
    """Kinds that do not apply, and why."""
    not_sent: tuple[tuple[str, int, str], ...] = ()
    """Kinds of which cases were left out, how many, and why."""


class Blind(Happened, frozen=True):
    """Something that this run cannot see or does not judge, and the line that would change that."""

    unit: str
    what: str
    remedy: str = ""


class ServiceStarted(Happened, frozen=True):
    pid: int
    start: int
    """1 for the first start of the unit's service."""


class ServiceReady(Happened, frozen=True):
    pid: int


class ServiceExited(Happened, frozen=True):
    """The process ended by itself. `code` is its exit code; a negative one is the signal that killed it."""

    pid: int
    code: int
    stderr: str = ""
    stdout: str = ""


class ServiceKilled(Happened, frozen=True):
    """We ended the process."""

    pid: int
    reason: KillReason
    code: int | None = None
    stderr: str = ""
    stdout: str = ""


class MembersSeen(Happened, frozen=True):
    """The consumer group as the broker describes it, told only when it changes."""

    state: str
    members: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()
    """Member id and its assigned partitions."""


class Evicted(Happened, frozen=True):
    members: tuple[str, ...]


class OffsetsSet(Happened, frozen=True):
    """We committed these offsets for the empty group."""

    offsets: tuple[tuple[str, int, int], ...]


class WindowOpened(Happened, frozen=True):
    window: int
    purpose: Purpose
    of: str = ""
    """The case that a bisect, alone or replay window is about, or the number of the window that is repeated."""


class Sent(Happened, frozen=True):
    window: int
    case: Case
    due: float = 0.0  # when it was to be sent; 0: there was no schedule


class Acknowledged(Happened, frozen=True):
    """The broker holds the case at this place."""

    case: str
    topic: str
    partition: int
    offset: int


class Decided(Happened, frozen=True):
    """What the contract's `where` function said of an effect of a case. `holds` None: it failed, and how."""

    case: str
    topic: str
    partition: int
    offset: int
    holds: bool | None
    error: str = ""


class Redelivered(Happened, frozen=True):
    """The case's record is handed to the service once more, in the same bytes. Its effects are those of a group."""

    case: str
    how: str
    """In words: `twice in a row`, `restart`, ..."""


class Refused(Happened, frozen=True):
    """The broker or the client library did not take the record."""

    case: str
    error: str


class SchemasSeen(Happened, frozen=True):
    """Schemas that were registered since the unit began: the service itself may register those of its events."""

    schemas: tuple[RegisteredSchema, ...]


class Seen(Happened, frozen=True):
    """A record that somebody else than the harness wrote to a topic of the unit."""

    record: LogRecord


class Flooded(Happened, frozen=True):
    """So many more records came to a topic, which repeat what others of their cases or values say: not kept."""

    topic: str
    records: int
    bytes: int


class ResourcesSeen(Happened, frozen=True):
    """What the service's processes held, all together."""

    resources: Resources


class Watched(Happened, frozen=True):
    """A live record on a topic of a service that is only observed: nobody of us had a part in it."""

    record: LogRecord


class Committed(Happened, frozen=True):
    topic: str
    partition: int
    offset: int


class Tapped(Happened, frozen=True):
    """The protocol tap saw this since it was last asked."""

    seen: Sighting


class Drained(Happened, frozen=True):
    """All watched topics were read up to their high watermarks as they stood at `since`."""

    since: float


class WindowClosed(Happened, frozen=True):
    """`settled`: negatives may be stated. `exited`, `stalled`: the service did not get through."""

    window: int
    outcome: Literal["settled", "exited", "stalled", "stopped"]


class Dismissed(Happened, frozen=True):
    """A doubt about a case is given up, for it cannot be confirmed: nobody is blamed."""

    case: str
    why: str


class Requested(Happened, frozen=True):
    """A sender was triggered. `case` is the request's id; the marker and correlation headers are among `headers`."""

    case: str
    kind: str
    expectation: Literal["valid", "invalid"]
    topic: str
    method: str
    url: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    path: tuple[tuple[str, str], ...] = ()
    """Names and values of the path's parts, for `$request.path#/name`."""
    note: str = ""
    copy_of: str = ""
    sender: str = ""
    """The name under `send`; empty where the topic has only one."""
    is_step: bool = False
    """Whether it only prepares another one, by an action that some sender of the unit declares as its own."""
    steps: tuple[str, ...] = ()
    """The cases of such requests, made before this one about the same entity."""


class Responded(Happened, frozen=True):
    case: str
    status: int
    """Of HTTP; 0: no answer (connection refused, timeout). Of commands 200, 400 or, killed by a signal, 500."""
    body: bytes = b""
    error: str = ""
    retry_after: bool = False
    """Whether the answer asks to come back later."""
    exit_code: int | None = None
    """Of an action's command."""


class RequestsSettled(Happened, frozen=True):
    """The sender's events were read to the end after a later valid request had its event: negatives may be stated."""

    cases: tuple[str, ...]


class FaultBegan(Happened, frozen=True):
    """A fault (its name in `model.faults`) is put on, for the `round`-th time in this unit."""

    fault: str
    round: int = 1


class FaultEnded(Happened, frozen=True):
    """The fault is taken off again, and our own clients have found back; a service that had ended runs again."""

    fault: str


class FaultSettled(Happened, frozen=True):
    """What was sent around the fault was waited for long enough: it may be judged."""

    fault: str
    waited: float = 0.0
    """Seconds after the end of the fault."""


class StopAsked(Happened, frozen=True):
    """SIGTERM was sent; the service may take `timeout` seconds."""

    pid: int
    timeout: float


class HealthSeen(Happened, frozen=True):
    """What the health page answered, told when it changes. `status` 0: no answer."""

    when: Literal["before", "during", "after"]
    url: str
    status: int
    body: bytes = b""
    error: str = ""


class LoadStarted(Happened, frozen=True):
    """A load on an input begins, for the `round`-th time; `echo` is what the harness's own consumer did with it."""

    topic: str
    load: LoadKind
    rate: float
    round: int = 1
    echo: EchoFigures | None = None


class LagSeen(Happened, frozen=True):
    """So many records of the input were not committed."""

    topic: str
    lag: int


class LoadEnded(Happened, frozen=True):
    """Its window is closed; effects were waited for `until` then. `broken`: why it tells nothing, if it does not."""

    topic: str
    until: float
    broken: str = ""


class RunEnded(Happened, frozen=True):
    interrupted: bool = False


Event = (
    RunStarted | UnitStarted | UnitBlocked | UnitEnded | Blind
    | ServiceStarted | ServiceReady | ServiceExited | ServiceKilled | MembersSeen | Evicted | OffsetsSet
    | WindowOpened | Sent | Acknowledged | Decided | Redelivered | SchemasSeen | Refused | Seen | Committed | Tapped
    | Flooded | ResourcesSeen | Watched | Drained | WindowClosed | Dismissed | Requested | Responded
    | RequestsSettled | FaultBegan | FaultEnded | FaultSettled | StopAsked | HealthSeen
    | LoadStarted | LagSeen | LoadEnded | RunEnded
)  # fmt: skip
"""One line of a history."""

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def encode_events(events: Sequence[Event]) -> bytes:
    """A JSON line for each event, with its newline."""
    return _ENCODER.encode_lines(events)


def decode_event(line: bytes) -> Event:
    """The event of a line; msgspec.ValidationError for a line that is none."""
    return _DECODER.decode(line)
