"""One line of a history."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kcontract.model.events.calls import Called
from kcontract.model.events.records import (
    Acknowledged,
    Committed,
    Decided,
    Dismissed,
    Drained,
    Flooded,
    OffsetsSet,
    Placed,
    Probed,
    Redelivered,
    Refused,
    SchemasSeen,
    Seen,
    Sent,
    Tapped,
    Watched,
    WindowClosed,
    WindowOpened,
)
from kcontract.model.events.requests import AskedAlone, Requested, RequestsSettled, Responded
from kcontract.model.events.runs import Blind, RunEnded, RunStarted, UnitBlocked, UnitEnded, UnitLeft, UnitStarted
from kcontract.model.events.services import (
    Evicted,
    HealthSeen,
    MembersSeen,
    ResourcesSeen,
    ServiceExited,
    ServiceKilled,
    ServiceReady,
    ServiceStarted,
    StopAsked,
)
from kcontract.model.events.trials import FaultBegan, FaultEnded, FaultSettled, LagSeen, LoadEnded, LoadStarted

Event = (
    RunStarted | UnitStarted | UnitBlocked | UnitLeft | UnitEnded | Blind
    | ServiceStarted | ServiceReady | ServiceExited | ServiceKilled | MembersSeen | Evicted | OffsetsSet
    | WindowOpened | Sent | Acknowledged | Placed | Decided | Probed | Redelivered | SchemasSeen | Refused | Seen
    | Committed | Tapped | Flooded | ResourcesSeen | Watched | Drained | WindowClosed | Dismissed | Requested
    | Responded | AskedAlone | RequestsSettled | FaultBegan | FaultEnded | FaultSettled | StopAsked | HealthSeen
    | LoadStarted | LagSeen | LoadEnded | Called | RunEnded
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
