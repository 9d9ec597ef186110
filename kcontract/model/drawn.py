"""Records that Hypothesis draws, in a process of its own: what crosses the port."""

from __future__ import annotations

from kcontract.model.contract import Contract, Receive
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.model.value import Value


class DrawOrder(Value, frozen=True):
    """Which valid records are wanted: `count` of them, the same ones for the same seed."""

    contract: Contract
    receive: Receive
    book: tuple[RegisteredSchema, ...]
    seed: int
    count: int


class Drawn(Value, frozen=True):
    """A valid record, and the tokens in it."""

    record: Record
    tokens: tuple[bytes, ...] = ()


class Draws(Value, frozen=True):
    """Some of what was ordered. The last ones say so, and why there are no more, if not because they are enough."""

    drawn: tuple[Drawn, ...] = ()
    last: bool = False
    problem: str = ""
    fix: str = ""
