"""Strategies for the records of one contract: payload, key, headers, correlation id and identity fit one another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from random import Random
from typing import Any

from hypothesis import assume, reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from kcontract.errors import UsageError
from kcontract.generate.avro_payload import AvroPayload
from kcontract.generate.catalogue import KINDS, checked, selects
from kcontract.generate.contract_parts import EventType, document_of, documents, event_types
from kcontract.generate.json_payload import JsonPayload
from kcontract.generate.kind import Ground, Kind, Mutant, Parent
from kcontract.generate.mutants import ground_of
from kcontract.generate.templates import Builder
from kcontract.generate.tokens import Mint
from kcontract.generate.values import Values
from kcontract.model.case import VALID_KIND, Case, Expectation, Expected
from kcontract.model.contract import Contract, Receive, SchemaText
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.oracle.topic import TopicOracle
from kcontract.strategies.avro_data import AvroData
from kcontract.strategies.json_documents import json_schema
from kcontract.testing.generating import Called

SEEDS = st.integers(0, 2**32 - 1)
_TIMES = st.none() | st.integers(1_577_836_800_000, 1_893_456_000_000)
"""None, or a moment of the years 2020 to 2029."""
_EDGES, _MUTANTS = 100, 60
_TRIES = 5


def _rng(seed: int | str) -> Random:
    return Random(seed)  # noqa: S311 - test data


class ContractCases:
    """What one contract promises and forbids, as one of its receivers sees it, with the schemas of a `book`."""

    def __init__(self, contract: Contract, receive: Receive, book: Sequence[RegisteredSchema]) -> None:
        """Raises SchemaError and UsageError as the strategies of its payloads do."""
        self.contract = contract
        self.oracle = TopicOracle(contract, receive, tuple(book))
        rng = _rng("strategies")
        self._receive = receive
        self._builder = Builder(contract, tuple(book), Mint(rng), rng)
        self._types = event_types(contract, tuple(book))
        self._values = [Values(event, contract.message, _rng(event.name)) for event in self._types]
        self._grounds = [ground_of(contract, receive, tuple(book), event) for event in self._types]
        self._excluded = frozenset(contract.malformed_for(receive).exclude)
        self._payloads = [self._payload(event, values) for event, values in zip(self._types, self._values, strict=True)]

    # -- valid ---------------------------------------------------------------------------------------------------

    def valid(self) -> SearchStrategy[Case]:
        """Valid records: shrinking to the contract's first example, else to an ordinary small value."""
        return self.parents().map(lambda pair: self.case(pair[1].record, VALID_KIND))

    def parents(self, salt: int = 0) -> SearchStrategy[tuple[int, Parent]]:
        """Valid records in their parts, each with the number of its event type. Identities of different `salt` differ,
        however small the draws are."""

        @st.composite
        def made(draw: DrawFn) -> tuple[int, Parent]:
            number = draw(st.integers(0, len(self._types) - 1)) if len(self._types) > 1 else 0
            for _ in range(_TRIES):
                parent = self.build(draw, number, draw(self._payloads[number]), f"{draw(SEEDS)}/{salt}")
                if self.expect(parent.record).expectation is Expectation.VALID:
                    return number, parent
            wrong = self._builder.generators.blamed()
            if wrong is not None:
                raise wrong
            return reject()

        return made()

    def build(self, draw: DrawFn, number: int, value: Any, seed: int | str) -> Parent:
        """The record of a payload, with the identity of the seed."""
        builder = self._builder.seeded(_rng(seed), Called(draw))
        parent = builder.build(self._types[number], value, self._values[number].donor)
        record = parent.record
        stamped = Record(record.key, record.value, record.headers, draw(_TIMES))
        return Parent(stamped, parent.head, parent.body, parent.json, parent.datum, parent.tokens)

    def _payload(self, event: EventType, values: Values) -> SearchStrategy[Any]:
        """Payloads of one event type: its examples, and what its schema allows."""
        found = self._of_schema(event)
        return st.sampled_from(values.examples) | found if values.examples else found

    def _of_schema(self, event: EventType) -> SearchStrategy[Any]:
        payload = event.payload
        text = self._text(event)
        if isinstance(payload, AvroPayload) and payload.view is None:
            return AvroData(payload.schema, non_finite=False).root()
        if isinstance(payload, JsonPayload) and text is not None:
            found = json_schema(document_of(text), references=documents(self.contract.message))
            return found.filter(payload.fits)
        # constraints beside an Avro schema: aimed at by the generator that reads both
        edges = list(islice(payload.boundaries(_rng(0)), _EDGES))
        drawn = SEEDS.map(lambda seed: next(payload.random(_rng(seed)), None)).filter(lambda value: value is not None)
        return st.sampled_from(edges) | drawn if edges else drawn

    def _text(self, event: EventType) -> SchemaText | None:
        message = self.contract.message
        return next((one.payload for one in message.one_of if one.name == event.name), message.payload)

    # -- malformed -----------------------------------------------------------------------------------------------

    def malformed(self, kinds: Sequence[str], expectation: Expectation) -> SearchStrategy[Case]:
        """Malformed records of these kinds (codes, or `code:variant`; none: all that apply) that the oracle finds to be
        `expectation`. UsageError GENERATE_NO_KIND if none of the kinds makes any here."""
        wanted = checked(frozenset(kinds)) if kinds else None
        pairs = [
            (number, kind)
            for number, ground in enumerate(self._grounds)
            for kind in KINDS
            if self._makes(kind, ground, number, wanted)
        ]
        if not pairs:
            named = ", ".join(kinds) or "no kind"
            raise UsageError(
                "GENERATE_NO_KIND",
                f"{named} makes no record for {self.contract.topic}",
                f"kcontract kinds {self.contract.at.file} says which kinds apply, and why not",
            )

        @st.composite
        def made(draw: DrawFn) -> Case:
            number, kind = draw(st.sampled_from(pairs))
            parent = self.build(draw, number, draw(self._payloads[number]), draw(SEEDS))
            mutants = self._mutants(kind, number, parent, wanted, draw(SEEDS))
            assume(mutants)
            mutant = draw(st.sampled_from(mutants))
            name = f"{kind.code}:{mutant.variant}" if mutant.variant else kind.code
            case = self.case(mutant.record, name, mutant.note, parent.record.value)
            assume(case.expectation is expectation)
            return case

        return made()

    def _makes(self, kind: Kind, ground: Ground, number: int, wanted: frozenset[str] | None) -> bool:
        """Whether a kind is wanted, applies, and has occasion in a full value."""
        if kind.applies(ground) or selects(self._excluded, kind.code):
            return False
        if wanted is not None and not any(selects(wanted, name) for name in (kind.code, *kind.names)):
            return False
        values = self._values[number]
        if values.donor is None:
            return False
        parent = self._builder.seeded(_rng(0), None).build(self._types[number], values.donor, values.donor)
        return bool(self._mutants(kind, number, parent, wanted, 0))

    def _mutants(
        self, kind: Kind, number: int, parent: Parent, wanted: frozenset[str] | None, seed: int
    ) -> list[Mutant]:
        found = islice(kind.mutants(self._grounds[number], parent, _rng(seed)), _MUTANTS)
        return [mutant for mutant in found if self._wants(kind, mutant, wanted)]

    def _wants(self, kind: Kind, mutant: Mutant, wanted: frozenset[str] | None) -> bool:
        name = f"{kind.code}:{mutant.variant}" if mutant.variant else kind.code
        return not selects(self._excluded, name) and (wanted is None or selects(wanted, name))

    # -- cases ---------------------------------------------------------------------------------------------------

    def expect(self, record: Record, hint: str = VALID_KIND) -> Expected:
        """What the oracle says of a record."""
        return self.oracle.expect(record, hint=hint)

    def case(self, record: Record, kind: str, note: str = "", parent: bytes | None = None) -> Case:
        expected = self.expect(record, kind)
        return Case(
            "", self.contract.topic, record, kind, expected.expectation,
            rejection=expected.rejection, note=note, parent=parent,
        )  # fmt: skip
