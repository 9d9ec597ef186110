"""Kinds of which a unit got no record, and why; what its valid records did not show."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kcontract.generate.catalogue import KINDS, selects
from kcontract.generate.source import CaseSource
from kcontract.model.coverage import SchemaCoverage

_WHY = {
    "registry_trouble": "a fault: sent with --faults registryDown",
    "burst": "the service was not well, or --max-time was over",
    "poison_run": "no invalid kind was seen to get an outcome that could be run in a row",
}
"""Of kinds that the engine makes of others, if they were not sent although they apply."""


def sources_not_applicable(sources: Sequence[CaseSource]) -> tuple[tuple[str, str], ...]:
    """Kinds that were not generated for some of the inputs, and why."""
    return tuple(dict.fromkeys(pair for source in sources for pair in source.not_applicable))


def kinds_without_broker(sources: Sequence[CaseSource]) -> tuple[tuple[str, str], ...]:
    """The same for handlers, which get one record after another, and no broker's limits."""
    listed = sources_not_applicable(sources)
    known = {code for code, _ in listed}
    more = [kind.code for kind in KINDS if kind.by_engine and kind.code != "poison_run"]
    more.append("compression_bomb")
    return (*listed, *((code, "needs a broker: kcontract verify") for code in more if code not in known))


def sources_coverage(sources: Sequence[CaseSource]) -> tuple[SchemaCoverage, ...]:
    """How much of the inputs' schemas the valid records showed; nothing where none was made, as for a replay."""
    return tuple(one for source in sources for one in source.coverage if one.reached)


def kinds_left_out(
    sources: Sequence[CaseSource], sent: Collection[str], wanted: frozenset[str] | None
) -> tuple[tuple[str, str], ...]:
    """The same, with the kinds of the engine's that are not among those `sent`, though they are wanted (None: all)."""
    listed = sources_not_applicable(sources)
    known = {code for code, _ in listed}
    own = [kind for kind in KINDS if kind.by_engine and kind.code not in known and kind.code not in sent]
    chosen = [kind for kind in own if wanted is None or any(selects(wanted, name) for name in (kind.code, *kind.names))]
    return (*listed, *((kind.code, _WHY[kind.code]) for kind in chosen))
