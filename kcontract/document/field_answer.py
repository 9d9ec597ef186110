"""What a schema says about a pointer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["there", "undecided", "open", "missing"]


@dataclass(frozen=True, slots=True)
class Answer:
    """`missing`: the schema has no such field; `open`: it allows the field but does not declare it; `undecided`: it
    does not say. `token` is the part of the pointer that fails, `names` the fields that stand there instead."""

    kind: Kind
    token: str = ""
    names: tuple[str, ...] = ()


THERE = Answer("there")
UNDECIDED = Answer("undecided")
_ORDER: tuple[Kind, ...] = ("there", "undecided", "open", "missing")


def best(answers: list[Answer]) -> Answer:
    """The most favourable of several answers, where one suffices (the branches of a union)."""
    return min(answers, key=lambda answer: (_ORDER.index(answer.kind), not answer.names), default=UNDECIDED)
