"""A twin: a service with or without a defect, the contract it is tried with, and the verdicts it must earn."""

from __future__ import annotations

from dataclasses import dataclass

GOOD = frozenset[str]()
"""What a service earns that keeps its promises."""

_WAITING_S = 40.0


@dataclass(frozen=True, slots=True)
class Twin:
    """One row of the lab's table. `kinds`, `examples` and `flags` narrow the run to a few seconds."""

    name: str
    """Unique in the table; the unit's name in the run."""
    language: str
    client: str
    contract: str
    """A contract with one receiver or sender, as a path from the repository's root."""
    variant: str = "good"
    """What takes the place of `good` in the contract's `VARIANT: good`."""
    expects: frozenset[str] = GOOD
    """Verdicts that must come."""
    besides: frozenset[str] = GOOD
    """Verdicts that may come as well, and rightly so."""
    kinds: str = ""
    """`--kinds`: empty for all."""
    examples: int = 60
    """`--max-examples`."""
    flags: tuple[str, ...] = ()
    """Further options of `kcontract verify`."""
    beside: str = ""
    """A further contract of the same service."""
    any_of: bool = False
    """Whether one of `expects` is enough: what is seen of the same defect depends on the moment."""
    seconds: float = 8.0
    """How long it takes on two cores, roughly: the longest begin first."""

    @property
    def waits(self) -> bool:
        """Whether it is mostly waited for: nothing else takes so long."""
        return self.seconds >= _WAITING_S

    @property
    def good(self) -> bool:
        return not self.expects

    def earned(self, got: frozenset[str]) -> bool:
        """Whether these verdicts are what it must earn, and no other."""
        enough = bool(self.expects & got) if self.any_of else self.expects <= got
        return enough and got <= self.expects | self.besides


def earns(*verdicts: str) -> frozenset[str]:
    """Verdicts, for `expects` and `besides`."""
    return frozenset(verdicts)


AGAIN = earns("ENDLESS_RETRY", "STUCK")
"""What a service earns that takes a bad record again and again: the one if that is seen, else the other."""
