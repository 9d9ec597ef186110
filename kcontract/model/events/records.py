"""What happens to records, from the opening of a window to its close."""

from __future__ import annotations

from typing import Final, Literal

from kcontract.model.case import Case
from kcontract.model.events.happened import Happened
from kcontract.model.record import LogRecord
from kcontract.model.registry import RegisteredSchema
from kcontract.model.tap import Sighting

Purpose = Literal[
    "warm",
    "probe",
    "first",
    "batch",
    "bisect",
    "alone",
    "control",
    "repeat",
    "shrink",
    "replay",
    "burst",
    "redelivery",
    "stop",
    "fault",
    "growth",
    "load",
    "log",
    "isolate",
    "late",
]
"""Why a window was sent: to get over the first records after a start; to learn the service's pace; right after a
start; the cases; to find a culprit among suspects; one case behind a healthy record; healthy records
only, to see whether it was that case; the same window once more;
smaller variants of a judged case; a stored case; many records of few keys; the same bytes once
more; one case at which the service must stop; records before, during and after a fault; one
case in many copies, or none for comparison, to see what it holds on to; records at a rate; invalid
records that must be logged; copies of one record, to see whose effects are that tie to none;
one record in a new process and then nothing, or healthy ones for comparison, to see whether it
ends of it."""


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


class Placed(Happened, frozen=True):
    """The broker holds these records, one behind the other, the first of them at `offset`: many `Acknowledged` at
    once."""

    topic: str
    partition: int
    offset: int
    cases: tuple[str, ...]


class Decided(Happened, frozen=True):
    """What the contract's `where` function said of an effect of a case. `holds` None: it failed, and how."""

    case: str
    topic: str
    partition: int
    offset: int
    holds: bool | None
    error: str = ""


class Probed(Happened, frozen=True):
    """The probe's answer for a case, told when it changes. `case` empty: for a record that was never sent."""

    case: str
    topic: str
    status: int = 0
    body: bytes = b""
    exit_code: int | None = None
    holds: bool | None = None
    """What a function said; None: none was asked, or it failed."""
    error: str = ""
    tokens: tuple[bytes, ...] = ()
    """What makes the record's identity."""
    stands: bool = False
    """It was the same for so long that no other is to be expected."""


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


class Watched(Happened, frozen=True):
    """A live record on a topic of a service that is only observed: nobody of us had a part in it."""

    record: LogRecord


class OffsetsSet(Happened, frozen=True):
    """We committed these offsets for the empty group."""

    offsets: tuple[tuple[str, int, int], ...]


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


OF_RECORDS: Final = frozenset({Sent, Acknowledged, Placed, Seen})
"""Types of events that come thousands of times a second, and say nothing to people."""
