"""What the two sides say to each other: JSON lines."""

from __future__ import annotations

from typing import Any

import msgspec

from kcontract.model.cluster import GroupView
from kcontract.model.value import Value


class Begin(Value, frozen=True):
    """The first line. On standard input, for settings may hold a password, which other users see among arguments."""

    settings: dict[str, Any]


class SetOffsets(Value, frozen=True, tag="set_offsets"):
    group: str
    offsets: tuple[tuple[str, int, int], ...]


class Describe(Value, frozen=True, tag="describe"):
    group: str


class Delete(Value, frozen=True, tag="delete"):
    groups: tuple[str, ...]


Order = SetOffsets | Describe | Delete


class Answer(Value, frozen=True):
    """`code` is empty if all went well; else what the BrokerError says."""

    view: GroupView | None = None
    code: str = ""
    message: str = ""
    fix: str = ""


ORDERS: msgspec.json.Decoder[Order] = msgspec.json.Decoder(Order)
ANSWERS = msgspec.json.Decoder(Answer)
