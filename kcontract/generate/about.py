"""What a case is besides its record."""

from __future__ import annotations

from dataclasses import dataclass

from kcontract.model.case import Expected, Role
from kcontract.model.record import Record


@dataclass(frozen=True, slots=True)
class About:
    """`expected` None: the oracle is asked."""

    kind: str
    role: Role = Role.CASE
    partition: int | None = None
    parent: bytes | None = None
    envelope: Record | None = None
    note: str = ""
    expected: Expected | None = None
