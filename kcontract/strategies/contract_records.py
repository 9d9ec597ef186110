"""`event`, `malformed`, `sequences`: the records of a contract, for tests of its receivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hypothesis.strategies import SearchStrategy
from msgspec import structs

from kcontract.errors import UsageError
from kcontract.model.case import VALID_KIND, Expectation
from kcontract.model.case import Case as MadeCase
from kcontract.strategies.contract_cases import ContractCases
from kcontract.strategies.contract_sequences import Story
from kcontract.strategies.contract_sequences import sequences as stories_of
from kcontract.testing.contracts import ContractInTest, contract
from kcontract.testing.values import Case

Named = str | ContractInTest
"""A topic, whose contract is that of the project around the working directory, or what `kcontract.testing.contract`
has found."""


def event(of: Named, *, receiver: str = "", start: Path | None = None) -> SearchStrategy[Case]:
    """Valid records of a contract: payload, key, headers, correlation id and identity fit one another.

    Values are the contract's `examples` and what its schemas allow, `constraints` included; `generators` are honoured:
    lists, functions, and functions that return a strategy. A failing case shrinks to the first example, else to an
    ordinary small value. The oracle calls every record valid.

    `receiver`: whose `malformed` rules hold (default: the first). `start`: a file or directory of the project. Raises
    UsageError for an unknown topic or receiver, and what `json_schema` and `avro` raise for its payload.
    """
    known = _found(of, receiver, start)
    return _cases(known).valid().map(known.shown)


def malformed(
    of: Named,
    *,
    kinds: Sequence[str] = (),
    expectation: str = "invalid",
    receiver: str = "",
    start: Path | None = None,
) -> SearchStrategy[Case]:
    """Records that are wrong in one way, made from any valid ones; the oracle says `expectation` of each.

    `kinds`: codes of the catalogue, or `code:variant` (default: all that apply). `expectation`: `invalid`, `either`,
    or `valid` for mutants that happen to be right. Raises UsageError GENERATE_NO_KIND if no kind makes any here.
    """
    if expectation not in [one.value for one in Expectation]:
        raise UsageError("GENERATE_EXPECTATION", f"no expectation: {expectation!r}", "invalid, either or valid")
    known = _found(of, receiver, start)
    return _cases(known).malformed(kinds, Expectation(expectation)).map(known.shown)


def sequences(
    of: Named, *, stories: Sequence[Story] = (), receiver: str = "", start: Path | None = None
) -> SearchStrategy[list[Case]]:
    """Two to seven records of one key, in the order in which they arrive.

    `stories`: `updates` (as it should be), `exact_duplicate`, `conflicting_duplicate` (the same identity, another
    payload), `out_of_order`, `missing_predecessor` (the first is left out), `tombstone_sequence` (deleted twice, then
    updated); default: all. `kind` of each case names its story. Tombstones are valid where the topic is compacted.
    """
    known = _found(of, receiver, start)
    return stories_of(_cases(known), stories).map(lambda cases: [_told(known, case) for case in cases])


def _told(known: ContractInTest, case: MadeCase) -> Case:
    """By the name of its story, but judged by its bytes alone."""
    return replace(known.shown(structs.replace(case, kind=VALID_KIND)), kind=case.kind)


def _found(of: Named, receiver: str, start: Path | None) -> ContractInTest:
    return of if isinstance(of, ContractInTest) else contract(of, receiver=receiver, start=start or ())


def _cases(known: ContractInTest) -> ContractCases:
    return ContractCases(*known.parts, known.book)
