"""How much of a schema the valid records of a run have shown."""

from __future__ import annotations

from kcontract.model.value import Value


class SchemaCoverage(Value, frozen=True):
    """Boundaries of one payload's places: each enum symbol, union branch, bound, length, absence."""

    topic: str
    event: str
    """Name of the event type; empty where the topic carries one."""
    goals: int
    """Boundaries that the schema has."""
    missed: tuple[str, ...] = ()
    """Place and boundary of those that no record has shown."""
    why: str = ""
    """Why some are missed, if some are."""

    @property
    def reached(self) -> int:
        return self.goals - len(self.missed)

    @property
    def text(self) -> str:
        """`schema of patient.created: 117 of 120 boundaries (97 %)`."""
        share = 100 * self.reached // self.goals if self.goals else 100
        name = f"{self.topic}/{self.event}" if self.event else self.topic
        return f"schema of {name}: {self.reached} of {self.goals} boundaries ({share} %)" + (
            f": {self.why}" if self.why else ""
        )
