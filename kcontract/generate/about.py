"""What a case is besides its record."""

from __future__ import annotations

from kcontract.model.case import Expected, Role
from kcontract.model.record import Record
from kcontract.model.value import Value


class About(Value, frozen=True):
    """`expected` None: the oracle is asked."""

    kind: str
    role: Role = Role.CASE
    partition: int | None = None
    parent: bytes | None = None
    envelope: Record | None = None
    note: str = ""
    expected: Expected | None = None
