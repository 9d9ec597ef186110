"""Services that do harm beside their work: what earns a verdict, and what a run must only bear."""

from __future__ import annotations

from tests.lab.twin import GOOD, Twin, earns


def _hostile(variant: str, expects: frozenset[str] = GOOD, besides: frozenset[str] = GOOD) -> Twin:
    contract, kinds = (
        "tests/lab/hostile/contract.yaml",
        "wrong_root,empty_value,wrong_type,json_syntax,missing_required",
    )
    return Twin(
        f"hostile-{variant}",
        "python",
        "confluent-kafka",
        contract,
        variant=variant,
        expects=expects,
        besides=besides,
        kinds=kinds,
        examples=10,
    )


HOSTILE = (
    *map(_hostile, ("ignores", "mute", "connects")),
    _hostile("dead-letters", earns("DUPLICATE_EFFECT")),
    _hostile("topics", earns("UNDECLARED_EVENT")),
    _hostile("bomb", earns("RESOURCE_BLOWUP")),
    _hostile("threads", earns("RESOURCE_BLOWUP")),
    _hostile("ends-later", earns("CRASHED")),
)
