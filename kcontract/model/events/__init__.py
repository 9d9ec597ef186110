"""The history of a run: everything that happened, in order, as typed events.

The history is written to disk as it happens and is all that the judge sees, so any run can be judged again without a
broker. `at` is seconds since the start of the run on a clock that never goes back."""

from __future__ import annotations

from kcontract.model.events.calls import Called
from kcontract.model.events.happened import Happened
from kcontract.model.events.line import Event, decode_event, encode_events
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
    Purpose,
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
    KillReason,
    MembersSeen,
    ResourcesSeen,
    ServiceExited,
    ServiceKilled,
    ServiceReady,
    ServiceStarted,
    StopAsked,
)
from kcontract.model.events.trials import FaultBegan, FaultEnded, FaultSettled, LagSeen, LoadEnded, LoadStarted

__all__ = (
    "Acknowledged",
    "AskedAlone",
    "Blind",
    "Called",
    "Committed",
    "Decided",
    "Dismissed",
    "Drained",
    "Event",
    "Evicted",
    "FaultBegan",
    "FaultEnded",
    "FaultSettled",
    "Flooded",
    "Happened",
    "HealthSeen",
    "KillReason",
    "LagSeen",
    "LoadEnded",
    "LoadStarted",
    "MembersSeen",
    "OffsetsSet",
    "Placed",
    "Probed",
    "Purpose",
    "Redelivered",
    "Refused",
    "Requested",
    "RequestsSettled",
    "ResourcesSeen",
    "Responded",
    "RunEnded",
    "RunStarted",
    "SchemasSeen",
    "Seen",
    "Sent",
    "ServiceExited",
    "ServiceKilled",
    "ServiceReady",
    "ServiceStarted",
    "StopAsked",
    "Tapped",
    "UnitBlocked",
    "UnitEnded",
    "UnitLeft",
    "UnitStarted",
    "Watched",
    "WindowClosed",
    "WindowOpened",
    "decode_event",
    "encode_events",
)
