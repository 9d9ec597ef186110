"""Good services in many styles: they commit, tie, wait and fail over in their own ways, and keep their promises."""

from __future__ import annotations

from dataclasses import replace

from tests.lab.twin import Twin, earns

_FEW = "wrong_root,empty_value,wrong_type"
"""For those that take their time with each record."""


def _style(name: str, client: str = "confluent-kafka", *, kinds: str = "", examples: int = 60) -> Twin:
    contract = f"tests/lab/good/contracts/{name}.yaml"
    return Twin(name, "python", client, contract, kinds=kinds, examples=examples)


def _slow(name: str) -> Twin:
    return _style(name, kinds=_FEW, examples=20)


STYLES = (
    *map(_style, ("auto-commit", "stored-offsets", "batches", "lazy-commit", "parallel")),
    *map(_style, ("plain", "fixed-group", "kip-848", "cooperative", "static-member", "two-consumers")),
    *map(_style, ("payload-only", "where-only", "values-only", "spring-style", "echo", "deduplicating")),
    _style("aio", "aiokafka"),
    _style("pure-python", "kafka-python"),
    Twin("node", "node", "kafkajs", "tests/lab/good/contracts/node.yaml"),
    *(_style(name, examples=200) for name in ("conditional", "snapshots", "numbered", "nested")),
    *map(_slow, ("transactional", "aborting", "outbox")),
    *map(_slow, ("slow-start", "slow-handler", "retrying", "pausing", "warms")),
    _slow("lost-joins"),
    replace(_slow("lost-joins"), name="lost-joins-always", variant="always", expects=earns("STUCK")),
)
