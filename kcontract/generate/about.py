"""What a case is besides its record."""

from __future__ import annotations

from dataclasses import dataclass

from kcontract.model.case import Expected, Role


@dataclass(frozen=True, slots=True)
class About:
    """`expected` None: the oracle is asked."""

    kind: str
    role: Role = Role.CASE
    partition: int | None = None
    parent: bytes | None = None
    note: str = ""
    expected: Expected | None = None
