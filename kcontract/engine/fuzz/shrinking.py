"""Making the record of each finding smaller, as long as the handler does the same with it."""

from __future__ import annotations

from itertools import islice

from kcontract.engine.fuzz.bench import Bench
from kcontract.engine.fuzz.calling import Caller
from kcontract.engine.shrink import case_of
from kcontract.generate.smaller import size
from kcontract.judge.findings import group_findings
from kcontract.model.case import Case
from kcontract.model.finding import CaseVerdict

_SECONDS = 5.0
"""For all findings of a unit."""
_AT_ONCE, _ROUNDS, _FATAL_ROUNDS = 64, 10, 3
_FATAL_CODES = ("STUCK", "RESOURCE_BLOWUP")


def shrink(bench: Bench, caller: Caller) -> None:
    """Make the first case of every finding as small as time allows."""
    recorder, state = bench.tools.recorder, bench.state
    if not bench.tools.settings.shrink:
        return
    deadline = min(recorder.now() + _SECONDS, bench.deadline)
    for finding in group_findings(bench.unit.name, state.reached, any_dead_letter=True):
        case, ends = case_of(finding.first), _ends(finding.first)
        if case is None or case.topic not in caller.sources or finding.first.code in _FATAL_CODES:
            continue
        for _ in range(_FATAL_ROUNDS if ends else _ROUNDS):
            if recorder.now() >= deadline:
                return
            smaller = _smaller(bench, caller, case, finding.first, ends=ends)
            if smaller is None:
                break
            case = smaller


def _ends(first: CaseVerdict) -> bool:
    """Whether the handler's process does not survive the record."""
    return first.code == "CRASHED" and not first.stderr.startswith("Traceback")


def _smaller(bench: Bench, caller: Caller, best: Case, blamed: CaseVerdict, *, ends: bool) -> Case | None:
    """The smallest variant that shows the same and is smaller than the best one so far."""
    variants = list(islice(caller.sources[best.topic].smaller(best), _AT_ONCE))
    if ends:
        variants = sorted(variants, key=lambda case: size(case.record))[:1]
    before = len(bench.state.reached)
    if ends:
        for variant in variants:
            caller.alone(variant)
            caller.alone(caller.sources[best.topic].again(variant))
    else:
        caller.call(variants)
    same = {one.case for one in bench.state.reached[before:] if (one.code, one.cause) == (blamed.code, blamed.cause)}
    found = sorted((one for one in variants if one.id in same), key=lambda case: size(case.record))
    return found[0] if found and size(found[0].record) < size(best.record) else None
