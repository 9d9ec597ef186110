"""What the command line says, and what it names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from kcontract.document.load import load_contracts, load_project, required
from kcontract.model.contract import Contract, Project
from kcontract.model.value import Value
from kcontract.ports import StreamItem

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
    tap: bool | None = None
    fail_on: tuple[str, ...] = ()
    baseline: str | None = None
    shard: str | None = None
    shrink: bool = True
    faults: tuple[str, ...] = ()


def load(paths: Sequence[str]) -> tuple[Project, tuple[Contract, ...]]:
    places = [Path(path) for path in paths]
    loaded = load_project(places[0] if places else Path.cwd())
    return loaded.project, required(load_contracts(places, loaded))
