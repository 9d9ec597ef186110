"""Several runs as one: the shards of a run, or runs of several projects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from kcontract.errors import EXIT_VIOLATED
from kcontract.judge.runs.ending import exit_code_of
from kcontract.model.coverage import SchemaCoverage
from kcontract.model.finding import Finding
from kcontract.model.summary import KindCount, RunSummary, UnitSummary

_LISTED = 5
T = TypeVar("T")


def merge_runs(parts: Sequence[RunSummary], shards: Sequence[str]) -> RunSummary:
    """One summary of all parts, of which there is at least one. `shards` are what they say of themselves (`1/3`, or
    nothing). A unit or finding of several parts is told once, with their counts added up.

    The exit code is 1 if any part ends so, else 3, else 2; a part that is missing, or is not whole, is no success.
    """
    findings = tuple(_findings(parts))
    known = {finding.id for finding in findings}
    merged = RunSummary(
        run=" + ".join(part.run for part in parts[:_LISTED]) + (" + …" if len(parts) > _LISTED else ""),
        exit_code=0,
        seconds=sum(part.seconds for part in parts),
        broker=_all(part.broker for part in parts),
        registry=_all(part.registry for part in parts),
        is_broker=all(part.is_broker for part in parts),
        units=_units(parts),
        findings=findings,
        stale=tuple(dict.fromkeys(entry for part in parts for entry in part.stale if entry.id not in known)),
        incomplete=_incomplete(parts, shards),
    )
    # a part that ended with 1 for another reason than a finding (`--fail-on blind`) is not forgiven
    code = EXIT_VIOLATED if any(part.exit_code == EXIT_VIOLATED for part in parts) else exit_code_of(merged)
    return msgspec.structs.replace(merged, exit_code=code)


def _incomplete(parts: Sequence[RunSummary], shards: Sequence[str]) -> str:
    reasons = [f"{part.run} was interrupted" for part in parts if part.interrupted]
    reasons += [f"{part.run}: {part.incomplete}" for part in parts if part.incomplete]
    given = {shard for shard in shards if shard}
    totals = {shard.partition("/")[2] for shard in given}
    for total in sorted(totals, key=int):
        missing = [f"{n}/{total}" for n in range(1, int(total) + 1) if f"{n}/{total}" not in given]
        if missing:
            reasons.append(f"missing: {', '.join(missing[:_LISTED])}{' …' if len(missing) > _LISTED else ''}")
    return "; ".join(reasons)


def _findings(parts: Sequence[RunSummary]) -> Iterable[Finding]:
    groups: dict[str, list[Finding]] = {}
    for part in parts:
        for finding in part.findings:
            groups.setdefault(finding.id, []).append(finding)
    for group in groups.values():
        smallest = min(group, key=_size)
        yield Finding(
            id=smallest.id,
            unit=smallest.unit,
            first=smallest.first,
            count=sum(finding.count for finding in group),
            kinds=tuple(dict.fromkeys(kind for finding in group for kind in finding.kinds)),
            decoded=smallest.decoded,
            accepted=next((finding.accepted for finding in group if finding.accepted), ""),
            fails=any(finding.fails for finding in group),
        )


def _size(finding: Finding) -> int:
    return len(finding.first.record.value or b"") if finding.first.record else len(finding.first.request)


def _units(parts: Sequence[RunSummary]) -> tuple[UnitSummary, ...]:
    groups: dict[str, list[UnitSummary]] = {}
    for part in parts:
        for unit in part.units:
            groups.setdefault(unit.unit, []).append(unit)
    told = ([unit for unit in group if not unit.left] or group for group in groups.values())
    return tuple(group[0] if len(group) == 1 else _unit(group) for group in told)


def _unit(group: Sequence[UnitSummary]) -> UnitSummary:
    not_sent: Counter[tuple[str, str]] = Counter()
    for unit in group:
        not_sent.update({(kind, why): count for kind, count, why in unit.not_sent})
    return UnitSummary(
        unit=group[0].unit,
        topics=_distinct(unit.topics for unit in group),
        seconds=sum(unit.seconds for unit in group),
        cases=sum(unit.cases for unit in group),
        requests=sum(unit.requests for unit in group),
        latency_p50=max((unit.latency_p50 for unit in group if unit.latency_p50 is not None), default=None),
        latency_p99=max((unit.latency_p99 for unit in group if unit.latency_p99 is not None), default=None),
        starts=sum(unit.starts for unit in group),
        kinds=_kinds(group),
        not_applicable=_distinct(unit.not_applicable for unit in group),
        not_sent=tuple((kind, count, why) for (kind, why), count in not_sent.items()),
        blind=_distinct(unit.blind for unit in group),
        notes=_distinct(unit.notes for unit in group),
        loads=_distinct(unit.loads for unit in group),
        coverage=_coverage(group),
        blocked=next((unit.blocked for unit in group if unit.blocked), None),
        left=all(unit.left for unit in group),
    )


def _coverage(group: Sequence[UnitSummary]) -> tuple[SchemaCoverage, ...]:
    """What one part has shown counts for all."""
    found: dict[tuple[str, str], SchemaCoverage] = {}
    for one in (each for unit in group for each in unit.coverage):
        other = found.setdefault((one.topic, one.event), one)
        missed = tuple(what for what in other.missed if what in one.missed)
        found[one.topic, one.event] = msgspec.structs.replace(other, missed=missed)
    return tuple(found.values())


def _kinds(group: Sequence[UnitSummary]) -> tuple[KindCount, ...]:
    sums: dict[tuple[str, str], Counter[str]] = {}
    for unit in group:
        for row in unit.kinds:
            sums.setdefault((row.kind, row.expectation), Counter()).update(dict(row.outcomes))
    return tuple(
        KindCount(kind, expectation, outcomes.total(), tuple(outcomes.most_common()))
        for (kind, expectation), outcomes in sums.items()
    )


def _distinct(lists: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(one for each in lists for one in each))


def _all(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(texts))
