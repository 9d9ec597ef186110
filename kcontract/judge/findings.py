"""One finding a fingerprint: the same defect seen many times is told once, with a count."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from kcontract.judge.cause import names_frame
from kcontract.judge.verdict import COMPANY
from kcontract.model.case import CASE_HEADER
from kcontract.model.finding import CaseVerdict, Finding
from kcontract.model.verdicts import rank
from kcontract.model.verdicts import verdict as verdict_named

_BY_CAUSE = frozenset({"CRASHED", "CRASH_LOOP"})
"""Exception and frame tell these defects apart; one bug often shows with many kinds."""
_BY_CHOICE = "exit "
"""An exit code and no trace: the service ends itself (log.Fatal, sys.exit), in one place for whatever it refuses."""
_VARYING = (
    (re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}"), "{run}"),  # a topic or path with the run's name in it
    (re.compile(r"(?<=/)\d+(?=/|$)"), "*"),  # whichever item of a list
)
_MESSAGE = re.compile(r"0x[0-9a-f]+|\d+", re.IGNORECASE)

_ANY_KIND = frozenset({
    "STUCK", "ENDLESS_RETRY", "DEAD_LETTER_ALTERED", "MISREAD", "INVALID_EVENT", "DUPLICATE_EFFECT", "OUT_OF_ORDER",
    "WRONG_REPLY", "NOT_LOGGED", "DID_NOT_STOP", "WRONG_KEY", "UNDECLARED_EVENT", "WRONG_TOPIC", "WRONG_ORDER",
    "DUPLICATE_EVENT", "UNREGISTERED_SCHEMA", "WRONG_SUBJECT",
})  # fmt: skip
"""What a record is made of says nothing of these defects."""


def group_findings(unit: str, verdicts: Iterable[CaseVerdict], *, any_dead_letter: bool) -> tuple[Finding, ...]:
    """Findings in the order in which their first verdict was reached.

    `any_dead_letter`: whether the unit wrote any dead letter or error reply. If it wrote none, their lack is one
    defect of the receiver, whatever the kind (ORACLE.md §3).
    """
    groups: dict[tuple[str, ...], list[CaseVerdict]] = {}
    for verdict in verdicts:
        groups.setdefault(_fingerprint(verdict, any_dead_letter=any_dead_letter), []).append(verdict)
    return tuple(_finding(unit, key, members) for key, members in groups.items())


def _fingerprint(verdict: CaseVerdict, *, any_dead_letter: bool) -> tuple[str, ...]:
    kind = verdict.kind.partition(":")[0]
    if verdict.code in _BY_CAUSE and (names_frame(verdict.cause) or verdict.cause.startswith(_BY_CHOICE)):
        kind = ""
    if verdict.code in ("NOT_DEAD_LETTERED", "NO_REPLY") and not any_dead_letter:
        kind = ""
    if verdict.cause == COMPANY or verdict.code == "LOST":
        kind = ""
    if (verdict.code, verdict.cause) == ("NO_REPLY", "late"):
        kind = ""
    if verdict.code in _ANY_KIND:
        kind = ""
    during = (verdict.during,) if verdict.during else ()
    return verdict.code, _constant(verdict.topic), kind, _constant(verdict.cause), *during


def _constant(text: str) -> str:
    """The text without what is another in each run: names of runs, places in lists, numbers in a panic's message."""
    for pattern, put in _VARYING:
        text = pattern.sub(put, text)
    return _MESSAGE.sub("#", text) if text.startswith("panic: ") else text


def _finding(unit: str, key: tuple[str, ...], members: list[CaseVerdict]) -> Finding:
    digest = hashlib.sha256("\0".join((unit, *key)).encode()).hexdigest()[:8]
    cases = {_root(member) or str(number) for number, member in enumerate(members)}
    kinds = tuple(kind for kind, _ in Counter(member.kind for member in members if member.kind).most_common())
    return Finding(id=digest, unit=unit, first=min(members, key=_rank), count=len(cases), kinds=kinds)


def _root(verdict: CaseVerdict) -> str:
    """The case without the number of its sending; a request's name holds its topic's, dots included."""
    return verdict.case if verdict.requested is not None else verdict.case.partition(".")[0]


def _rank(verdict: CaseVerdict) -> tuple[bool, int, int]:
    """The smallest example tells most; one that was tried again itself comes before those that follow it."""
    if verdict.record is None:
        return not verdict.confirmed, len(verdict.request), 0
    headers = sum(len(name) + len(value or b"") for name, value in verdict.record.headers if name != CASE_HEADER)
    return not verdict.confirmed, len(verdict.record.value or b""), headers


def one_a_case(verdicts: Sequence[CaseVerdict]) -> list[CaseVerdict]:
    """One case, one verdict: the first in the order of ORACLE.md §5, the others listed as `also`.

    Verdicts on the run and on requests stand beside any case's.
    """
    first: dict[str, CaseVerdict] = {}
    others: dict[str, list[str]] = {}
    for verdict in verdicts:
        if _is_a_case_s(verdict):
            best = first.get(verdict.case)
            others.setdefault(verdict.case, []).append(verdict.code)
            if best is None or rank(verdict.code) < rank(best.code):
                first[verdict.case] = verdict
    kept = [one for one in verdicts if not _is_a_case_s(one) or first[one.case] is one]
    return [_with_others(one, others.get(one.case, [])) if _is_a_case_s(one) else one for one in kept]


def _is_a_case_s(verdict: CaseVerdict) -> bool:
    return bool(verdict.case) and verdict_named(verdict.code).scope in ("process", "invalid", "valid")


def _with_others(verdict: CaseVerdict, codes: Sequence[str]) -> CaseVerdict:
    more = tuple(dict.fromkeys(code for code in codes if code != verdict.code and code not in verdict.also))
    return msgspec.structs.replace(verdict, also=(*verdict.also, *more)) if more else verdict
