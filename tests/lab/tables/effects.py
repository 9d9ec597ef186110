"""What a record leads to: how often, in which order, and after a redelivery. Good clerks, and their broken twins."""

from __future__ import annotations

from tests.lab.twin import Twin, earns

_FEW = "valid,wrong_root,empty_value,wrong_type"


def _clerk(shop: str, variant: str = "good", *verdicts: str) -> Twin:
    contract = f"tests/lab/effects/{shop}-clerk.yaml"
    name = f"{shop}-{variant}"
    return Twin(name, "python", "confluent-kafka", contract, variant, earns(*verdicts), kinds=_FEW)


def _branch(variant: str = "good", *verdicts: str) -> Twin:
    north, south = (f"tests/lab/effects/{branch}-branch.yaml" for branch in ("north", "south"))
    expects, name = earns(*verdicts), f"branches-{variant}"
    return Twin(name, "python", "confluent-kafka", north, variant, expects, kinds=_FEW, beside=south)


def _ledger(way: str, variant: str = "good", *verdicts: str) -> Twin:
    contract = f"tests/lab/effects/{way}-ledger.yaml"
    examples = 20 if way == "line" else 60  # each question is a process
    return Twin(
        f"{way}-{variant}",
        "python",
        "confluent-kafka",
        contract,
        variant,
        earns(*verdicts),
        kinds=_FEW,
        examples=examples,
    )


EFFECTS = (
    *map(_clerk, ("keyed", "steps", "inbox", "compared")),
    _clerk("keyed", "pool", "OUT_OF_ORDER"),
    _clerk("steps", "one", "SKIPPED_VALID"),
    _clerk("steps", "backwards", "OUT_OF_ORDER"),
    _clerk("steps", "unpaid", "INVALID_EVENT"),
    _clerk("compared", "shouts", "MISREAD"),
    _clerk("inbox", "twice", "DUPLICATE_EFFECT"),
    _clerk("inbox", "memory", "DUPLICATE_EFFECT"),
    _clerk("inbox", "forgets", "DUPLICATE_EFFECT"),
    _clerk("inbox", "last", "DUPLICATE_EFFECT"),
    _clerk("inbox", "hands-over", "DUPLICATE_EFFECT"),
    _clerk("noted"),
    _clerk("noted", "mute", "NOT_LOGGED"),
    _clerk("typed"),
    _clerk("typed", "audits", "UNDECLARED_EVENT"),
    _branch(),
    _branch("leaks", "LEAK"),
    _branch("strays", "LEAK"),
    *map(_ledger, ("page", "row", "line")),
    _ledger("page", "late"),
    _ledger("page", "skips", "SKIPPED_VALID"),
    _ledger("page", "mangles", "MISREAD"),
    _ledger("page", "keeps-all", "ACCEPTED_INVALID"),
    _ledger("row", "mangles", "MISREAD"),
    _ledger("row", "keeps-all", "ACCEPTED_INVALID"),
    _ledger("line", "skips", "SKIPPED_VALID"),
)
