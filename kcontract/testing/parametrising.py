"""Decorators that give a test one run for each record of a contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from kcontract.testing.contracts import ContractInTest, contract
from kcontract.testing.values import Case

F = TypeVar("F", bound=Callable[..., Any])
_VALID = 20


def malformed(
    topic: str,
    *,
    kinds: Iterable[str] = (),
    per_kind: int = 1,
    expectation: str = "invalid",
    receiver: str = "",
    stored: bool = True,
) -> Callable[[F], F]:
    """The test's parameter `case` is a malformed record of the topic's contract, one of each variant of each kind.

    Only what a handler must refuse, unless `expectation` is `either`. `stored`: failures of `.kcontract/cases` as well.
    UsageError as `contract`, when the test is collected.
    """

    def named(known: ContractInTest) -> Iterator[tuple[str, Case]]:
        if stored:
            yield from _stored(known, expectation)
        yield from _numbered(known.malformed(kinds, per_kind=per_kind, expectation=expectation))

    return _decorator(topic, receiver, named)


def valid(topic: str, *, most: int = _VALID, receiver: str = "", stored: bool = True) -> Callable[[F], F]:
    """The test's parameter `case` is a valid record of the topic's contract: examples, edges, then others; before them,
    if they are `stored`, failures of `.kcontract/cases`."""

    def named(known: ContractInTest) -> Iterator[tuple[str, Case]]:
        if stored:
            yield from _stored(known, "valid")
        yield from _numbered(known.valid(most))

    return _decorator(topic, receiver, named)


def _stored(known: ContractInTest, expectation: str) -> Iterator[tuple[str, Case]]:
    cases = ((f"stored-{finding}", case) for finding, case in known.stored())
    return ((name, case) for name, case in cases if case.expectation == expectation)


def _decorator(
    topic: str, receiver: str, named: Callable[[ContractInTest], Iterator[tuple[str, Case]]]
) -> Callable[[F], F]:
    def decorate(test: F) -> F:
        known = contract(topic, receiver=receiver, start=Path(test.__code__.co_filename))
        pairs = list(named(known))
        ids = [name for name, _ in pairs]
        marked: F = pytest.mark.parametrize("case", [case for _, case in pairs], ids=ids)(test)
        return marked

    return decorate


def _numbered(cases: Iterator[Case]) -> Iterator[tuple[str, Case]]:
    """Names that no two cases share."""
    seen: dict[str, int] = {}
    for case in cases:
        number = seen[case.kind] = seen.get(case.kind, 0) + 1
        yield (case.kind if number == 1 else f"{case.kind}-{number}"), case
