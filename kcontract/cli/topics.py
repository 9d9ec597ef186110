"""Everything that `kcontract explain` knows: verdicts, malformed kinds, mistakes in files."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kcontract.document.baseline import CODES as BASELINE_MISTAKES
from kcontract.document.codes import CATALOGUE as MISTAKES
from kcontract.errors import UsageError
from kcontract.generate.catalogue import KINDS
from kcontract.model.verdicts import VERDICTS

_SCOPES = {
    "process": "Verdicts about the process",
    "invalid": "Verdicts about invalid records",
    "valid": "Verdicts about valid records",
    "run": "Verdicts about a run",
    "producer": "Verdicts about senders",
}


class Topic(NamedTuple):
    """One code. `text` has one paragraph a line."""

    code: str
    family: str
    summary: str
    text: str
    facts: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    judged: bool = True


def topics() -> tuple[Topic, ...]:
    """All codes, family by family."""
    return (*_verdicts(), *_kinds(), *_mistakes())


def find_topic(code: str, known: Iterable[Topic]) -> Topic:
    """The topic of a code, `kind:variant` or a code in other letters; UsageError with the nearest codes otherwise."""
    by_code = {topic.code: topic for topic in known}
    plain, colon, variant = code.partition(":")
    found = by_code.get(plain) or {_folded(name): topic for name, topic in by_code.items()}.get(_folded(plain))
    if found is None:
        message = f"{code!r} is no verdict, kind or mistake of a contract"
        raise UsageError("CODE_UNKNOWN", message, _near(plain, by_code))
    if colon and variant not in found.variants:
        fix = f"one of {', '.join(found.variants)}" if found.variants else f"`kcontract explain {found.code}`"
        raise UsageError("VARIANT_UNKNOWN", f"{found.code} has no variant {variant!r}", fix)
    return found


def _folded(code: str) -> str:
    return code.casefold().replace("-", "_")


def _near(code: str, by_code: dict[str, Topic]) -> str:
    folded = {_folded(name): name for name in by_code}
    near = [folded[name] for name in difflib.get_close_matches(_folded(code), folded, n=3)]
    listed = "`kcontract explain` lists all codes; what stops a command is told in full where it does, with its fix"
    return f"did you mean {' or '.join(near)}?" if near else listed


def _verdicts() -> Iterator[Topic]:
    for scope, family in _SCOPES.items():
        for verdict in VERDICTS:
            if verdict.scope == scope:
                facts = () if verdict.judged else ("Known, but not judged by this version: a run lists it as blind.",)
                yield Topic(verdict.code, family, verdict.summary, verdict.explain, facts, judged=verdict.judged)


def _kinds() -> Iterator[Topic]:
    for kind in KINDS:
        facts = (
            f"Expected: {kind.expected}",
            f"A graceful consumer: {kind.graceful}",
            f"Noticed at: {kind.layer.value} ({kind.layer.name.lower()})",
            *(("Dangerous: never sent on a cluster that is not kcontract's own.",) if kind.dangerous else ()),
            *((f"Sent only where it is asked for: --kinds {kind.code}",) if kind.on_request else ()),
        )
        family = f"Malformed records: {kind.family}"
        yield Topic(kind.code, family, kind.summary, kind.explain, facts, kind.variants)


def _mistakes() -> Iterator[Topic]:
    for family, codes in (("Mistakes in contract files", MISTAKES), ("Mistakes in baselines", BASELINE_MISTAKES)):
        for code in codes:
            yield Topic(code.name, family, code.summary, code.explain, (f"Severity: {code.severity}",))
