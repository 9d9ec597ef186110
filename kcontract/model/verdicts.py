"""The catalogue of verdicts, in the order of ORACLE.md §5: a case gets the first whose evidence is complete."""

from __future__ import annotations

from typing import Literal

from kcontract.model.value import Value

Scope = Literal["run", "process", "invalid", "valid", "producer"]


class Verdict(Value, frozen=True):
    """A way of breaking a promise. `judged` is False for one that this version parses but does not judge yet."""

    code: str
    scope: Scope
    summary: str
    explain: str
    judged: bool = True


VERDICTS: tuple[Verdict, ...] = ()
