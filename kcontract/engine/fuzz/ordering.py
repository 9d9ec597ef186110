"""What handlers get in a certain order: cases of several inputs by turns, and records that only their order or size
makes difficult (kinds 54–61)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

from kcontract.engine.settings import Settings
from kcontract.generate.catalogue import selects
from kcontract.generate.source import CaseSource
from kcontract.model.case import Case, Expectation, Role
from kcontract.model.contract import Receive

REPEATED = 50
"""Records that an idempotent handler gets twice."""
ROW = 12
"""Poisons in a row."""
_TOO_LARGE = ("near_limit:over", "compression_bomb")
"""What a broker lets nobody have, and what only a batch can be."""


class Counted:
    """An iterator that knows how many it has given."""

    def __init__(self, cases: Iterator[Case]) -> None:
        self._cases = cases
        self.count = 0

    def __iter__(self) -> Iterator[Case]:
        return self

    def __next__(self) -> Case:
        case = next(self._cases)
        self.count += 1
        return case


def in_turn(sources: Iterable[Iterator[Case]]) -> Iterator[Case]:
    """One case of each by turns."""
    live = list(sources)
    while live:
        for source in tuple(live):
            case = next(source, None)
            if case is None:
                live.remove(source)
            else:
                yield case


def sequences(receive: Receive, source: CaseSource, settings: Settings) -> Iterator[Case]:
    """Healthy records twice, for the idempotent; the sequences of the catalogue; poison in a row; large records."""
    if receive.idempotent:
        for _ in range(min(REPEATED, settings.max_examples)):
            case = source.healthy(Role.CASE, 0)
            yield case
            yield source.repeat(case)
    yield from chain(source.sequences(), _poison(source, settings), _large(source))


def _poison(source: CaseSource, settings: Settings) -> Iterator[Case]:
    """Invalid records one after the other, and a healthy one behind them."""
    if settings.kinds is not None and not selects(settings.kinds, "poison_run:row"):
        return
    kind = next((case.kind for case in source.probes() if case.expectation is Expectation.INVALID), None)
    if kind is None:
        return
    for _ in range(ROW):
        yield msgspec.structs.replace(source.marker(kind, 0), kind="poison_run:row", role=Role.CASE)
    yield source.healthy(Role.SENTINEL, 0)


def _large(source: CaseSource) -> Iterator[Case]:
    return (case for case in source.sized() if case.kind not in _TOO_LARGE)
