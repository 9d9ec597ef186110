"""Strategies for what a consumer meets besides single records: several records of one key, in ways that go wrong."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Literal, get_args

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from kcontract.errors import UsageError
from kcontract.generate.kind import Parent
from kcontract.generate.tokens import Mint, restamp_record, stands_in
from kcontract.model.case import Case
from kcontract.model.record import Record
from kcontract.strategies.contract_cases import ContractCases

Story = Literal[
    "updates", "exact_duplicate", "conflicting_duplicate", "out_of_order", "tombstone_sequence", "missing_predecessor"
]
"""`updates`: one key's records in order, as they should come; the others are delivery kinds of the catalogue."""
STORIES: tuple[Story, ...] = get_args(Story)
_LONGEST = 5


def sequences(cases: ContractCases, stories: Sequence[Story]) -> SearchStrategy[list[Case]]:
    """Records of one key; `note` of each says what it is in the story. UsageError GENERATE_NO_STORY for unknown ones
    and for tombstones without a key."""
    unknown = [story for story in stories if story not in STORIES]
    if unknown:
        raise UsageError("GENERATE_NO_STORY", f"no such sequence: {unknown[0]}", f"one of {', '.join(STORIES)}")
    return st.sampled_from(tuple(stories) or STORIES).flatmap(lambda story: _story(cases, story))


def _story(cases: ContractCases, story: Story) -> SearchStrategy[list[Case]]:
    @st.composite
    def made(draw: DrawFn) -> list[Case]:
        parents = [draw(cases.parents(salt))[1] for salt in range(draw(st.integers(2, _LONGEST)))]
        records = [(parents[0].record, "create"), *((_joined(parents[0], p), "update") for p in parents[1:])]
        return [cases.case(record, story, note) for record, note in _told(draw, story, parents, records)]

    return made()


def _told(
    draw: DrawFn, story: Story, parents: list[Parent], records: list[tuple[Record, str]]
) -> list[tuple[Record, str]]:
    """The records as the story has them."""
    place = draw(st.integers(0, len(records) - 2))
    match story:
        case "exact_duplicate":
            later = draw(st.integers(place + 1, len(records)))
            return [*records[:later], (records[place][0], "duplicate"), *records[later:]]
        case "conflicting_duplicate":
            other = _identified(parents[0], parents[1])
            assume(other.key == parents[0].record.key)
            return [*records, (other, "conflict")]
        case "out_of_order":
            return [*records[:place], records[place + 1], records[place], *records[place + 2 :]]
        case "missing_predecessor":
            return records[1:]
        case "tombstone_sequence":
            gone = Record(records[0][0].key, None, records[0][0].headers, records[0][0].timestamp)
            return [*records[:-1], (gone, "delete"), (gone, "delete again"), records[-1]]
    return records


def _joined(first: Parent, other: Parent) -> Record:
    """The other record with the key of the first; the first's with identities of its own where keys differ in form."""
    new, old = _key_tokens(first), _key_tokens(other)
    if [len(token) for token in new] == [len(token) for token in old]:
        found = restamp_record(other.record, old, new)
        if found.key == first.record.key:
            return found
    mint = Mint(Random(repr(other.record)))  # noqa: S311 - test data
    rest = [token for token in first.tokens if token not in new]
    return restamp_record(first.record, rest, [mint.like(token) for token in rest])


def _key_tokens(parent: Parent) -> list[bytes]:
    key = parent.record.key or b""
    return [token for token in parent.tokens if stands_in(token, key)]


def _identified(first: Parent, other: Parent) -> Record:
    """The other record with the first's key and identities, as far as they have the same form."""
    alike = [pair for pair in zip(other.tokens, first.tokens, strict=False) if len(pair[0]) == len(pair[1])]
    return restamp_record(other.record, [old for old, _ in alike], [new for _, new in alike])
