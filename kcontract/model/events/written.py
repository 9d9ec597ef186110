"""How events are written down: many as a block of a history, one as a line of a JSON report."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct

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
"""What a history is made of."""

HEAD_SIZE = 5
_HEAD = Struct(">BI")
_PACKED, _LINES = 0xC6, 0xDB
"""How a block begins, before the length of what follows: as a `bin 32` or a `str 32` of MessagePack (msgpack.org)."""

_JSON = msgspec.json.Encoder()
_LINE: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_PACKER = msgspec.msgpack.Encoder()
_UNPACKER: msgspec.msgpack.Decoder[list[Event]] = msgspec.msgpack.Decoder(list[Event])


def encode_block(events: Sequence[Event], block: bytearray) -> None:
    """Write the events over whatever `block` holds, which is used again and again: a head, and an array of MessagePack.

    Numbers of more than 64 bits, which a contract's examples may hold, do not go into that: JSON lines do.
    """
    sign = _PACKED
    block[:HEAD_SIZE] = bytes(HEAD_SIZE)  # or there would be no place behind it
    try:
        _PACKER.encode_into(events, block, HEAD_SIZE)
    except OverflowError:
        sign = _LINES
        block[HEAD_SIZE:] = _JSON.encode_lines(events)
    _HEAD.pack_into(block, 0, sign, len(block) - HEAD_SIZE)


def begins_block(data: bytes) -> bool:
    """Whether a block may begin so, and no line of JSON."""
    return data[:1] in (bytes([_PACKED]), bytes([_LINES]))


def body_size(head: bytes) -> int:
    """How many bytes stand behind a head."""
    size: int = _HEAD.unpack(head)[1]
    return size


def decode_block(head: bytes | bytearray, body: bytes | bytearray) -> list[Event]:
    """The events of a block; msgspec.DecodeError or UnicodeDecodeError for bytes that hold none."""
    return _LINE.decode_lines(body) if head[0] == _LINES else _UNPACKER.decode(body)


def decode_line(line: bytes) -> Event:
    """The event of a line of JSON; errors as `decode_block`."""
    return _LINE.decode(line)
