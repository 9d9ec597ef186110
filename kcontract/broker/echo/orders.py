"""What the echo's process is told at its start."""

from __future__ import annotations

from kcontract.model.value import Value


class Begin(Value, frozen=True):
    bootstrap: str
    source: str
    target: str
    group: str
