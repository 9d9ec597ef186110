"""What a run may do and for how long."""

from __future__ import annotations

from kcontract.model.shard import WHOLE, Shard
from kcontract.model.stored import StoredCase
from kcontract.model.value import Value


class Settings(Value, frozen=True):
    """Times in seconds."""

    run: str
    """The run's name, part of every marker header and of topic names on a foreign cluster."""
    seed: int = 0
    max_examples: int = 200
    """Valid cases a receiver; malformed ones come on top."""
    per_kind: int = 4
    """Malformed cases a kind and receiver, at most."""
    max_time: float = 600.0
    """For the whole run; what is not sent by then is listed as not sent."""
    observe: float = 60.0
    """How long a service that is only observed is looked at."""
    kinds: frozenset[str] | None = None
    window: int = 1_000
    """Cases a window, over all partitions."""
    replay: StoredCase | None = None
    """Only this case is sent, to its unit."""
    stored: tuple[StoredCase, ...] = ()
    """Cases that failed before; each is sent once more among the others."""
    shrink: bool = False
    """Whether the records of findings are made smaller."""
    faults: frozenset[str] = frozenset({"declared"})
    """Words of `--faults` (`model.faults`)."""
    select: frozenset[str] = frozenset()
    """Names of the units to run; empty: all."""
    together: tuple[str, ...] = ()
    """Services of a chain, first to last, that are also run at once."""
    folder: str = ""
    """Path of the project in its repository, for reports."""
    shard: Shard = WHOLE
    """Of the run; for a unit that runs, of its cases."""

    @property
    def whole(self) -> bool:
        """Whether everything is sent that the units have."""
        return self.kinds is None and self.replay is None and self.shard == WHOLE


class ServiceGone(Exception):  # noqa: N818 - control flow within the engine, turned into a verdict or COULD_NOT_RUN
    """The service exited where it had to be running. `reason` in words; `key` of the contract is to be looked at."""

    def __init__(self, reason: str, stderr: str = "", key: str = "run") -> None:
        super().__init__(reason)
        self.reason = reason
        self.stderr = stderr
        self.key = key
