"""What happens to a run and to its units."""

from __future__ import annotations

from kcontract.model.contract import Contract
from kcontract.model.coverage import SchemaCoverage
from kcontract.model.events.happened import Happened
from kcontract.model.registry import RegisteredSchema


class RunStarted(Happened, frozen=True):
    run: str
    version: str
    seed: int
    broker: str
    registry: str
    started: str
    """Wall clock, RFC 3339 in UTC."""
    is_broker: bool = True
    """False for the protocol mock, whose verdicts are limited."""
    folder: str = ""
    """Path of the project in its repository, if it is not the whole of it: places in files are relative to it."""
    whole: bool = True
    """False if not all that the units have was sent (`--kinds`, `--shard`, a replay)."""
    shard: str = ""
    """`2/3` for the second of three parts."""


class UnitStarted(Happened, frozen=True):
    """A service with all contracts that name it begins, alone on freshly made topics."""

    unit: str
    contracts: tuple[Contract, ...]
    schemas: tuple[RegisteredSchema, ...] = ()
    group: str = ""
    topics: tuple[tuple[str, int], ...] = ()
    """Topics of the unit with their partition counts."""


class UnitBlocked(Happened, frozen=True):
    """The unit could not run, and why: COULD_NOT_RUN. `usage`: what is wrong stands in the project's own files."""

    unit: str
    code: str
    reason: str
    fix: str = ""
    usage: bool = False


class UnitLeft(Happened, frozen=True):
    """A unit that this run leaves to another command: neither tested nor blocked."""

    unit: str
    topics: tuple[str, ...]
    why: str
    remedy: str
    """The other command."""


class UnitEnded(Happened, frozen=True):
    """What only the engine knows of a unit stands here, so that a history amounts to the same summary."""

    unit: str
    tested: int = 0
    """Cases and requests that were judged, without those of the probe phase."""
    not_applicable: tuple[tuple[str, str], ...] = ()
    """Kinds that do not apply, and why."""
    not_sent: tuple[tuple[str, int, str], ...] = ()
    """Kinds of which cases were left out, how many, and why."""
    coverage: tuple[SchemaCoverage, ...] = ()
    """How much of the payloads' schemas the valid records showed."""


class Blind(Happened, frozen=True):
    """Something that this run cannot see or does not judge, and the line that would change that."""

    unit: str
    what: str
    remedy: str = ""


class RunEnded(Happened, frozen=True):
    interrupted: bool = False
