"""Choosing among the mutants of a kind, and saying which kinds do not apply."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from random import Random

from kcontract.generate.avro_payload import AvroPayload
from kcontract.generate.contract_parts import EventType
from kcontract.generate.kind import Ground, Kind, Parent, nothing
from kcontract.generate.turns import Pair, evenly, in_turns
from kcontract.model.contract import Contract, Receive
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema

_LOOKED_AT = 1_000
"""Mutants of one parent that are looked at, at most."""
_FEWEST, _LARGE = 40, 2_000
"""As few they are where the parent is large; bytes from which on it is."""
_VERY_LARGE = 40_000
"""Bytes of a parent from which on fewer mutants are made of it."""


def ground_of(contract: Contract, receive: Receive, book: tuple[RegisteredSchema, ...], event: EventType) -> Ground:
    """What the kinds may know of one event type."""
    payload = event.payload
    avro = payload.schema if isinstance(payload, AvroPayload) else None
    number = event.entry.id if event.entry is not None else None
    return Ground(contract, receive, book, payload, avro, number, event.name)


def not_applicable(
    kinds: Iterable[Kind], grown: Sequence[tuple[Ground, Sequence[Parent]]], without: Callable[[Kind], str]
) -> Iterator[tuple[str, str]]:
    """Code and reason of every kind of which no record is sent; `without` says why a run leaves one out."""
    for kind in kinds:
        reasons = [without(kind) or _reason(kind, ground, parents) for ground, parents in grown]
        if all(reasons):
            yield kind.code, reasons[0]


def _reason(kind: Kind, ground: Ground, parents: Sequence[Parent]) -> str:
    """Why a kind has no mutants here; empty if it has some."""
    reason = kind.applies(ground)
    if reason or kind.mutants is nothing:  # without mutants of its own: made elsewhere, wherever it applies
        return reason
    rng = Random(kind.code)  # noqa: S311 - test data
    found = any(True for parent in parents for _ in islice(kind.mutants(ground, parent, rng), 1))
    return "" if found else "the schema gives no occasion for it"


def fewer(envelope: Record | None, before: Record, after: Record) -> Record | None:
    """The envelope without the headers that a record was relieved of."""
    if envelope is None:
        return None
    gone = {name for name, _ in before.headers} - {name for name, _ in after.headers}
    headers = tuple(pair for pair in envelope.headers if pair[0] not in gone)
    return Record(envelope.key, None, headers, envelope.timestamp)


def chosen(
    kind: Kind, ground: Ground, parents: Sequence[Parent], rng: Random, limit: int, wants: Callable[[str], bool]
) -> Iterator[Pair]:
    """Mutants of a kind: every variant once, then up to `limit` × its share; where there are too many, places of the
    schema and variants have their turns.

    Variants that one parent has too few of are made from the others as well, those of dangerous kinds not;
    the same damage (by its note) comes at most `limit` times. Of large parents fewer are made.
    """
    limit = _affordable(limit, parents)
    enough = 1 if kind.dangerous else limit * kind.share
    groups: dict[str, list[Pair]] = {}
    filled: set[str] = set()
    closed: set[str] = set()
    alike: dict[tuple[str, str], int] = {}
    for parent in parents:
        closed |= filled
        if filled and closed.issuperset(kind.variants or ("",)):
            break
        for mutant in islice(kind.mutants(ground, parent, rng), _looked_at(parent)):
            variant = mutant.variant
            if variant in closed:
                continue
            if variant not in groups:
                if not wants(kind.named(variant)):
                    closed.add(variant)
                    continue
                groups[variant] = []
            damage = variant, mutant.note
            if (times := alike.get(damage, 0)) < limit:
                alike[damage] = times + 1
                group = groups[variant]
                group.append((mutant, parent))
                if len(group) >= enough:
                    filled.add(variant)
    if groups:
        budget = max(limit * kind.share, len(groups))
        each = -(-budget // len(groups))
        count = min(budget, sum(min(len(group), each) for group in groups.values()))
        everything = sum(map(len, groups.values())) <= count
        yield from evenly(groups.values()) if everything else in_turns(groups, count, rng)


def _affordable(limit: int, parents: Sequence[Parent]) -> int:
    """The limit, or less of it where the largest parent would fill pipes and histories with copies of itself."""
    largest = max([len(parent.body) for parent in parents], default=0)
    return limit if largest <= _VERY_LARGE else max(1, limit * _VERY_LARGE // largest)


@lru_cache(maxsize=256)
def _looked_at(parent: Parent) -> int:
    return max(_FEWEST, _LOOKED_AT * _LARGE // max(_LARGE, len(parent.body)))
