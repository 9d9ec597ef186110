"""What the command line says, and what it names."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from kcontract.document.load import load_contracts, load_project, required
from kcontract.engine.settings import Settings
from kcontract.engine.shards import parse_shard
from kcontract.errors import UsageError
from kcontract.generate.catalogue import checked
from kcontract.model.contract import Contract, Project, Receive, Send
from kcontract.model.shard import WHOLE
from kcontract.model.stored import StoredCase
from kcontract.model.value import Value
from kcontract.ports import StreamItem
from kcontract.store.cases import stored_cases
from kcontract.store.folder import folder_in_repository

Tell = Callable[[StreamItem], None]


class VerifyOptions(Value, frozen=True):
    """What the command line says; None where it says nothing and the project or the default decides."""

    paths: tuple[str, ...] = ()
    broker: str | None = None
    bootstrap: str | None = None
    registry: str | None = None
    seed: int | None = None
    max_examples: int | None = None
    max_time: float | None = None
    kinds: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    tap: bool | None = None
    fail_on: tuple[str, ...] = ()
    baseline: str | None = None
    shard: str | None = None
    shrink: bool = True
    faults: tuple[str, ...] = ()
    detailed: bool = True
    """Whether a report tells of each record."""


def load(paths: Sequence[str]) -> tuple[Project, tuple[Contract, ...]]:
    places = [Path(path) for path in paths]
    loaded = load_project(places[0] if places else Path.cwd())
    return loaded.project, required(load_contracts(places, loaded))


def settings_of(
    options: VerifyOptions, project: Project, contracts: Sequence[Contract], stored: StoredCase | None
) -> Settings:
    """What the run may do. UsageError UNIT_UNKNOWN, KIND_UNKNOWN, CASE_CHAIN."""
    sides: list[Send | Receive] = [send for contract in contracts for send in contract.send]
    sides += [receive for contract in contracts for receive in contract.receive]
    names = {side.name for side in sides} | {side.unit for side in sides}
    select = (stored.unit,) if stored else (*options.select, *options.together)
    unknown = sorted(set(select) - names)
    if unknown and stored and "+" in stored.unit:
        what = f"finding {stored.finding} is of a chain, whose records are those of its services"
        raise UsageError("CASE_CHAIN", what, f"run kcontract verify --together {stored.unit.replace('+', ',')}")
    if unknown:
        raise UsageError("UNIT_UNKNOWN", f"no contract names {unknown[0]!r}", f"known: {', '.join(sorted(names))}")
    return Settings(
        run=f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{token_hex(2)}",
        seed=options.seed if options.seed is not None else 0,
        max_examples=options.max_examples or project.max_examples or 200,
        max_time=options.max_time or project.max_time or 600.0,
        observe=options.max_time or project.max_time or 60.0,
        kinds=checked(options.kinds) or None,
        select=frozenset(select),
        together=() if stored else options.together,
        shrink=options.shrink and stored is None,
        faults=frozenset(options.faults) or frozenset({"declared"}),
        replay=stored,
        stored=() if stored else stored_cases(Path(project.root)),
        folder=folder_in_repository(Path(project.root)),
        shard=parse_shard(options.shard) if options.shard else WHOLE,
    )


class Since:
    """A clock that begins now and never goes back."""

    def __init__(self) -> None:
        self._zero = time.monotonic()

    def now(self) -> float:
        """Seconds."""
        return time.monotonic() - self._zero
