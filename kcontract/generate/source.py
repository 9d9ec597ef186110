"""The source of a run's cases for one contract and one receiver."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count, islice
from random import Random

from msgspec import structs

from kcontract.errors import UsageError
from kcontract.generate.about import About
from kcontract.generate.avro_payload import AvroPayload
from kcontract.generate.caster import Caster, unmarked
from kcontract.generate.catalogue import KINDS, kind_of, selects
from kcontract.generate.choice import Choice
from kcontract.generate.contract_parts import EventType, event_types
from kcontract.generate.generators import Resolver
from kcontract.generate.kind import Ground, Kind, Mutant, Parent
from kcontract.generate.late import late
from kcontract.generate.mutants import chosen, fewer, ground_of, not_applicable
from kcontract.generate.older import OLDER_WRITER, older_parents
from kcontract.generate.ordinary import first_valid
from kcontract.generate.probes import PROBE_COUNT, PROBES
from kcontract.generate.sequences import SEQUENCES, Sequences
from kcontract.generate.sizes import SIZED, Sizes
from kcontract.generate.smaller import noted, smaller
from kcontract.generate.stamper import Stamped, Stamper
from kcontract.generate.templates import Builder
from kcontract.generate.tokens import Mint, is_plain, restamp_record, restamp_value
from kcontract.generate.valid import Noted, ValidRecords
from kcontract.generate.values import Values
from kcontract.model.case import VALID_KIND, Case, Expectation, Expected, Role
from kcontract.model.contract import Contract, Receive
from kcontract.model.coverage import SchemaCoverage
from kcontract.model.drawn import Drawn
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.oracle.topic import TopicOracle
from kcontract.schema.avro.nodes import AvroSchema
from kcontract.schema.wire import HEADER_SIZE, join

_PARENTS = 4
_RETRIES = 40
_VALID = Expected(Expectation.VALID)


class CaseSource:
    """Makes the cases of one contract for one receiver.

    Values depend on `seed` alone; identities on `run` and `unit` as well, so that a service with a memory, or several
    that share one, never meet them twice. Raises UsageError for unknown names in `kinds`, a payload or key that is not
    in the `book`, and a contract of which no valid record could be generated; SchemaError for an illegal schema.
    """

    def __init__(  # noqa: PLR0913 - one call a unit, all but three by name
        self,
        contract: Contract,
        receive: Receive,
        book: Sequence[RegisteredSchema],
        *,
        seed: int,
        run: str,
        unit: str = "",
        max_examples: int = 200,
        kinds: frozenset[str] | None = None,
        per_kind: int = 4,
        resolve: Resolver | None = None,
        numbers: Iterator[int] | None = None,
        dangerous: bool = True,
    ) -> None:
        """`unit`: whom the cases are for, the receiver if nothing is said. `numbers` gives the cases' ids; sources of
        one run share it, so that no two cases have one id. `dangerous`: whether bombs may be sent."""
        self.oracle = TopicOracle(contract, receive, tuple(book))
        self._contract = contract
        self._receive = receive
        self._book = tuple(book)
        self._run = run
        self._seed = seed
        self._max_examples = max_examples
        self._per_kind = per_kind
        self._choice = Choice(kinds, frozenset(contract.malformed_for(receive).exclude), dangerous=dangerous)
        self._mint = Mint(Random(f"{seed}/{run}/{unit or receive.name}/{contract.topic}/tokens"))  # noqa: S311 - test data
        self._stamper = Stamper(contract, self._mint, self._rng("stamp"), pooled=self._pooled())
        self._builder = Builder(contract, self._book, self._mint, self._rng("build"), resolve)
        self._types = event_types(contract, self._book)
        self._values = tuple(
            Values(event, contract.message, self._rng(f"values/{event.name}")) for event in self._types
        )
        self._records = ValidRecords(self._values, self._builder, self.oracle)
        self._grounds = tuple(ground_of(contract, receive, self._book, event) for event in self._types)
        self._grown: tuple[tuple[Ground, list[Parent]], ...] | None = None
        self._caster = Caster(contract, self.oracle, self._stamper, run, count(1) if numbers is None else numbers)
        self._resent: dict[str, int] = {}
        self._ordinary: tuple[tuple[EventType, Parent], ...] | None = None
        self._markers: dict[str, tuple[Mutant, Parent, str, Expected]] = {}
        self._turn = 0

    def _rng(self, name: str) -> Random:
        return Random(f"{self._seed}/{name}")  # noqa: S311 - test data

    def _pooled(self) -> bool:
        return self._contract.pools_keys(self._receive)

    # -- what the engine asks for --------------------------------------------------------------------------------

    @property
    def not_applicable(self) -> tuple[tuple[str, str], ...]:
        """Kinds that are not sent, and why: not applicable, excluded, or left out of this run."""
        return tuple(not_applicable(KINDS, self._all_parents(), self._choice.without))

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be generated, in words."""
        own = (note for values in self._values for note in (*values.event.payload.unsupported, *values.notes))
        return tuple(dict.fromkeys((*own, *self._builder.generators.notes)))

    @property
    def coverage(self) -> tuple[SchemaCoverage, ...]:
        """How much of the payloads' schemas the valid records have shown so far."""
        return tuple(values.coverage.measured(self._contract.topic, values.event.name) for values in self._values)

    def healthy(self, role: Role, partition: int | None, key: bytes | None = None) -> Case:
        """An ordinary, small, valid record with fresh identity. With a partition its key, if it has one, hashes there;
        where no key does (they are fixed by the contract), the case's partition says where it lands. `key`: this one
        of the partition's pool."""
        types = self._healthy_parents()
        self._turn += 1
        _, parent = types[self._turn % len(types)]
        stamped = self._alike(parent.record, parent.tokens, partition, _VALID, VALID_KIND, key)
        return self._case(self._next_id(), stamped, About(VALID_KIND, role, partition, expected=_VALID))

    def sentinels(self, partition: int) -> list[Case]:
        """What closes a partition's share of a window: a healthy record, or one with each key that is in use there."""
        return [self.healthy(Role.SENTINEL, partition, key) for key in self._pool(partition)]

    def ends(self, kind: str, partition: int) -> list[Case]:
        """The same with invalid markers of a kind."""
        return [self.marker(kind, partition, key) for key in self._pool(partition)]

    def repeat(self, case: Case) -> Case:
        """The same bytes once more, under another id that they do not carry."""
        number = self._resent[case.root] = self._resent.get(case.root, 0) + 1
        return structs.replace(case, id=f"{case.root}.{number}", role=Role.REPEAT, tokens=())

    def _pool(self, partition: int) -> Sequence[bytes | None]:
        _, parent = self._healthy_parents()[0]
        return self._stamper.pool(parent.record, parent.tokens, partition) or (None,)

    def probes(self) -> tuple[Case, ...]:
        """A few plainly invalid records of different kinds; kinds the contract excludes are not among them."""
        cases: list[Case] = []
        for name in PROBES:
            if len(cases) < PROBE_COUNT and not selects(self._choice.excluded, name):
                cases.extend(islice((c for c in self._of_name(name) if c.expectation is Expectation.INVALID), 1))
        return tuple(cases)

    def marker(self, kind: str, partition: int, key: bytes | None = None) -> Case:
        """An invalid record of that kind (a code or `code:variant`) for the end of a partition's share of a window.

        Raises UsageError if the kind makes none for this contract.
        """
        if kind not in self._markers:
            self._markers[kind] = self._find_marker(kind)
        mutant, parent, name, expected = self._markers[kind]
        if mutant.record.key != parent.record.key:
            key = None
        stamped = self._alike(mutant.record, parent.tokens, partition, expected, name, key)
        about = About(name, Role.MARKER, partition, note=mutant.note, expected=expected)
        return self._case(self._next_id(), stamped, about)

    def valid(self) -> Iterator[Case]:
        """Valid records: examples, those of older writers, edges, random ones; at most `max_examples`."""
        yield from islice(chain(self.edges(), self.random()), self._max_examples)

    def edges(self) -> Iterator[Case]:
        """Examples, records of older writers, and each edge of the schemas, these at most four fifths of all."""
        wanted = self._choice.wants(VALID_KIND)
        if wanted:
            yield from map(self._valid, self._records.examples())
        yield from islice(self._older(wanted=True), self._max_examples)
        if wanted:
            yield from map(self._valid, self._records.edges(max(1, self._max_examples * 4 // 5)))

    def random(self) -> Iterator[Case]:
        """Any valid records, until the caller has enough, or the schemas are used up."""
        if self._choice.wants(VALID_KIND):
            self._healthy_parents()  # if there are none, that is an error rather than a search without end
            yield from map(self._valid, self._records.random())

    def drawn(self, drawn: Drawn) -> Case:
        """The case of a valid record that somebody else has drawn."""
        stamped = self._alike(drawn.record, drawn.tokens, None, _VALID, VALID_KIND)
        return self._case(self._next_id(), stamped, About(VALID_KIND, note="drawn by Hypothesis", expected=_VALID))

    def _valid(self, noted: Noted) -> Case:
        parent, note = noted
        stamped = Stamped(parent.record, parent.tokens)
        if self._pooled():
            stamped = self._alike(parent.record, parent.tokens, None, _VALID, VALID_KIND)
        return self._case(self._next_id(), stamped, About(VALID_KIND, note=note, expected=_VALID))

    def malformed(self) -> Iterator[Case]:
        """Records of every applicable kind and variant, about `per_kind` each; whatever the oracle says of them."""
        for kind in KINDS:
            if self._choice.wants(kind.code) or any(map(self._choice.wants, kind.names)):
                yield from self.of_kind(kind)
        yield from self._older(wanted=False)

    def sequences(self) -> Iterator[Case]:
        """Delivery: groups of records in the order in which they are to be sent."""
        made = Sequences(self._contract, self._receive, self.oracle, self._stamper, self._all_parents())
        wanted = [code for code in SEQUENCES if self._choice.wants(code) and code not in dict(self.not_applicable)]
        last: Case | None = None
        for step in (step for code in wanted for step in made.steps(code)):
            about = About(step.kind, note=step.note, expected=step.expected)
            if step.repeats and last is not None:
                yield self.repeat(self._case(last.id, step.stamped, about) if step.stamped else last)
            elif step.stamped:
                last = self._case(self._next_id(), step.stamped, about)
                yield last

    def sized(self) -> Iterator[Case]:
        """Records as large as the topic takes, smallest first."""
        wanted = frozenset(SIZED) - dict(self.not_applicable).keys()
        made = Sizes(self._contract, self._stamper, self._all_parents()[0], self._case)
        yield from made.cases(lambda name: name.partition(":")[0] in wanted and self._choice.wants(name), self._next_id)

    def again(self, case: Case) -> Case:
        """The same record with fresh identity, in the same partition; what is expected of it is decided anew."""
        number = self._resent[case.root] = self._resent.get(case.root, 0) + 1
        identity = f"{case.root}.{number}"
        partition = case.partition if case.record.key is not None else None
        stamped = self._alike(unmarked(case.record), case.tokens, partition, None, case.kind)
        parent = restamp_value(case.parent, case.tokens, stamped.tokens)
        envelope = restamp_record(case.envelope, case.tokens, stamped.tokens) if case.envelope else None
        return self._case(identity, stamped, About(case.kind, case.role, case.partition, parent, envelope, case.note))

    def smaller(self, case: Case) -> Iterator[Case]:
        """Smaller cases with fresh identity of which the oracle says what it says of this one, for the same reason."""
        record = unmarked(case.record)
        for less in smaller(record, case.tokens, *self._written_with(record.value or b"")):
            envelope = fewer(case.envelope, record, less)
            found = self.again(structs.replace(case, record=less, envelope=envelope, note=noted(case.note)))
            if found.expectation is case.expectation and _reason(found) == _reason(case):
                yield found

    def _written_with(self, value: bytes) -> tuple[AvroSchema | None, int]:
        """The Avro schema of the body, None for JSON and what cannot be told, and where the body begins."""
        framed = self._contract.message.wire == "confluent"
        for event in self._types:
            entry = event.entry if framed else None
            if isinstance(event.payload, AvroPayload) and value.startswith(join(entry.id, b"") if entry else b""):
                return event.payload.schema, HEADER_SIZE if entry else 0
        return None, HEADER_SIZE if framed else 0

    # -- valid ---------------------------------------------------------------------------------------------------

    def _healthy_parents(self) -> tuple[tuple[EventType, Parent], ...]:
        if self._ordinary is None:
            known = self._contract, self._receive, self.oracle, self._builder
            pairs = zip(self._types, self._values, strict=True)
            self._ordinary = tuple((event, first_valid(*known, values)) for event, values in pairs)
        return self._ordinary

    def _older(self, *, wanted: bool) -> Iterator[Case]:
        """Records of older writers: those that are valid, or the others."""
        if not self._choice.wants(OLDER_WRITER):
            return
        for parent, note in older_parents(self._contract, self._book, self._types, self._builder, self._rng("older")):
            expected = self.oracle.expect(parent.record, hint=OLDER_WRITER).expectation
            if (expected is Expectation.VALID) is wanted:
                yield self._case(self._next_id(), Stamped(parent.record, parent.tokens), About(OLDER_WRITER, note=note))

    # -- malformed -----------------------------------------------------------------------------------------------

    def of_kind(self, kind: Kind) -> Iterator[Case]:
        """Records of every variant of one kind, about `per_kind` times its share; excluded ones left out."""
        for ground, parents in self._all_parents():
            if not kind.applies(ground):
                rng = late(f"{self._seed}/{kind.code}/{ground.schema_id}")
                mutants = chosen(kind, ground, parents, rng, self._per_kind, self._choice.wants)
                yield from self._sent(kind, mutants, few=False)

    def _sent(self, kind: Kind, mutants: Iterable[tuple[Mutant, Parent]], *, few: bool) -> Iterator[Case]:
        cases = self._caster.of_mutants(kind, mutants, few=few)
        if not self._choice.excluded:
            return cases if kind.keep_valid else (case for case in cases if case.expectation is not Expectation.VALID)
        return (case for case in cases if self._is_sent(kind, case))

    def _is_sent(self, kind: Kind, case: Case) -> bool:
        """Neither valid, where the kind is none then, nor what the contract excludes, whichever kind it was to be."""
        if case.expectation is Expectation.VALID and not kind.keep_valid:
            return False
        return case.rejection is None or not selects(self._choice.excluded, case.rejection.code)

    def _all_parents(self) -> tuple[tuple[Ground, list[Parent]], ...]:
        """What mutants are made of, for each event type."""
        if self._grown is None:
            pairs = zip(self._grounds, self._healthy_parents(), self._values, strict=True)
            self._grown = tuple((ground, self._grow(values, parent)) for ground, (_, parent), values in pairs)
        return self._grown

    def _grow(self, values: Values, ordinary: Parent) -> list[Parent]:
        """The full record, the ordinary one, and a few more valid ones."""
        more = list(islice(values.event.payload.boundaries(self._rng("edges")), 2, 2 + _PARENTS))
        full = [values.donor] if values.donor is not None else []
        made = [self._builder.build(values.event, value, values.donor) for value in (*full, *more)]
        return [
            parent
            for parent in (*made[: len(full)], ordinary, *made[len(full) :])
            if self._records.is_valid(parent.record)
        ]

    def _of_name(self, name: str) -> Iterator[Case]:
        kind = kind_of(name)
        yield from self._sent(kind, self._mutants_of(kind, name), few=True)

    def _mutants_of(self, kind: Kind, name: str) -> Iterator[tuple[Mutant, Parent]]:
        """All mutants of a code or of one variant, from the healthy records."""
        variant = name.partition(":")[2]
        for ground, (_, parent) in zip(self._grounds, self._healthy_parents(), strict=True):
            if kind.applies(ground):
                continue
            for mutant in kind.mutants(ground, parent, self._rng(kind.code)):
                if variant in ("", mutant.variant):
                    yield mutant, parent

    def _find_marker(self, name: str) -> tuple[Mutant, Parent, str, Expected]:
        kind = kind_of(name)
        for mutant, parent in self._mutants_of(kind, name):
            full_name = kind.named(mutant.variant)
            expected = self.oracle.expect(mutant.record, hint=full_name)
            if expected.expectation is Expectation.INVALID:
                return mutant, parent, full_name, expected
        raise UsageError("GENERATE_NO_MARKER", f"{name} makes no invalid record for {self._contract.topic}", "")

    def _alike(
        self,
        record: Record,
        tokens: tuple[bytes, ...],
        partition: int | None,
        expected: Expected | None,
        kind: str,
        key: bytes | None = None,
    ) -> Stamped:
        """Fresh tokens under which the record is expected to be treated as before: always so for plain ones. Where no
        others are found (their schema names a few values), those stay that are not plain. `expected`: None asks."""
        stamped = self._stamper.fresh(record, tokens, partition, key)
        if all(map(is_plain, tokens)):
            return stamped
        wanted = (expected or self.oracle.expect(record, hint=kind)).expectation
        for _ in range(_RETRIES):
            if self.oracle.expect(stamped.record, hint=kind).expectation is wanted:
                return stamped
            stamped = self._stamper.fresh(record, tokens, partition, key)
        return self._stamper.fresh_plain(record, tokens)

    # -- cases ---------------------------------------------------------------------------------------------------

    def _next_id(self) -> str:
        return self._caster.next_id()

    def _case(self, identity: str, stamped: Stamped, about: About) -> Case:
        return self._caster.case(identity, stamped, about)


def _reason(case: Case) -> tuple[str, str]:
    """Why the case is not valid: the code, and the place in the payload, in whichever item of a list."""
    why = case.rejection
    return (why.code, re.sub(r"/\d+(?=/|$)", "/*", why.path)) if why is not None else ("", "")
