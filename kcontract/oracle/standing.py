"""How a writer's schema stands to a contract: current, older, newer, or foreign (ORACLE.md §1, Evolution)."""

from __future__ import annotations

from enum import Enum

from kcontract.model.case import Layer
from kcontract.model.contract import Level
from kcontract.schema.problem import DecodeError


class Standing(Enum):
    """Where a registered schema stands in the history of the contract's own."""

    CURRENT = "current"
    OLDER = "older_writer"
    NEWER = "newer_writer"
    REORDERED = "reordered_fields"
    """Newer, and different in the order of fields only: every level but NONE allows that to writer and reader."""
    FOREIGN = "foreign_schema_id"


_PROMISED = {
    Standing.OLDER: ("BACKWARD", "FULL"),
    Standing.NEWER: ("FORWARD", "FULL"),
    Standing.REORDERED: ("BACKWARD", "FORWARD", "FULL"),
}


def evolution_problem(standing: Standing, level: Level | None) -> DecodeError | None:
    """The tolerance that a record of such a writer falls under although it can be resolved, if any."""
    if standing is Standing.CURRENT or (level or "").startswith(_PROMISED.get(standing, ("-",))):
        return None
    layer = Layer.REGISTRY if standing is Standing.FOREIGN else Layer.RESOLUTION
    reason = {
        Standing.OLDER: f"an older writer, under compatibility {level or 'undeclared'}",
        Standing.NEWER: f"a newer writer, under compatibility {level or 'undeclared'}",
        Standing.REORDERED: f"a newer writer with fields in another order, under compatibility {level or 'undeclared'}",
        Standing.FOREIGN: "the id of another subject's schema",
    }[standing]
    return DecodeError(layer, standing.value, reason, soft=True)
