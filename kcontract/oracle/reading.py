"""What an oracle made of one record's value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from msgspec import Struct

from kcontract.errors import UsageError
from kcontract.model.record import Record
from kcontract.schema.problem import DecodeError


class _Missing:
    """The type of MISSING."""

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()
"""No value at all, where null is a value."""


class Unreadable(UsageError):  # noqa: N818  # what the record is, not what went wrong
    """A record whose payload cannot be read."""


class ValueReading(Struct):
    """Problems of a value, and its payload where even the lenient decoder could read one.

    The JSON form is made when it is asked for: most records need none.
    """

    problems: tuple[DecodeError, ...] = ()
    make: Callable[[], Any] | None = None
    _payload: Any = MISSING
    locate: Callable[[str], int | None] | None = None
    """The byte offset in the value of what a pointer into the payload names, where that can be told."""
    make_part: Callable[[str], Any] | None = None
    """What stands at a pointer in the JSON form, where that can be told without making it."""

    def payload(self) -> Any:
        """The JSON form, MISSING if there is none."""
        if self._payload is MISSING and self.make is not None:
            self._payload = self.make()
        return self._payload


class Values(Protocol):
    """Reads values of one kind and wire."""

    def read(self, record: Record) -> ValueReading:
        """Problems and payload of a record whose value is not null."""
        ...

    def payload(self, record: Record) -> Any:
        """The payload alone, as `read` gives it: MISSING where the lenient decoder makes none."""
        ...
