"""A contract as tests use it: records to hand to a handler, and the oracle for what it sends."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

from kcontract.document.load import Loaded, load_contracts, load_project, required
from kcontract.engine.replays import with_present_id
from kcontract.engine.topics.registering import register_schemas
from kcontract.errors import UsageError
from kcontract.generate.catalogue import checked
from kcontract.generate.local_book import local_book
from kcontract.generate.made import EventMaker
from kcontract.generate.source import CaseSource
from kcontract.model.case import CASE_HEADER, VALID_KIND, Role
from kcontract.model.case import Case as MadeCase
from kcontract.model.contract import Contract, OnInvalid, Receive, Run
from kcontract.model.events import UnitStarted
from kcontract.model.record import Record as Bare
from kcontract.model.registry import RegisteredSchema
from kcontract.model.stored import StoredCase
from kcontract.oracle.expressions import MISSING
from kcontract.oracle.topic import TopicOracle
from kcontract.registry.choose import choose
from kcontract.report.book import Book
from kcontract.report.decode import Decoded, decode_value
from kcontract.store.cases import stored_cases
from kcontract.testing.generating import Called
from kcontract.testing.values import Case, Record

_RUN = "pytest"
"""The same in each worker: they must agree about the names of all cases."""
_MOST = 200


class ContractInTest:
    """One contract, as one of its receivers sees it."""

    def __init__(  # noqa: PLR0913 - made by `contract`, all but three by name
        self,
        contract: Contract,
        receive: Receive,
        root: Path,
        *,
        seed: int = 0,
        max_examples: int = _MOST,
        kinds: frozenset[str] | None = None,
        book: tuple[RegisteredSchema, ...] = (),
    ) -> None:
        """`root` is the project's. `book`: what a registry holds; without it ids count from 1."""
        self.topic = contract.topic
        self.book = book or local_book(contract)
        self._contract, self._receive, self._root = contract, receive, root
        self._seed, self._max_examples, self._kinds = seed, max_examples, kinds
        self._oracle = TopicOracle(contract, receive, self.book)
        self._offset = 0

    @property
    def parts(self) -> tuple[Contract, Receive]:
        """The contract and its receiver, as they stand in the file."""
        return self._contract, self._receive

    def shown(self, case: MadeCase) -> Case:
        """A generated case as tests get it."""
        return self._case(case)

    def registered(self, url: str) -> ContractInTest:
        """The same with its schemas in the registry at `url`, and the ids that they have there."""
        with choose(url) as registry:
            book = register_schemas([self._contract], registry)
        return ContractInTest(
            self._contract, self._receive, self._root,
            seed=self._seed, max_examples=self._max_examples, kinds=self._kinds, book=book,
        )  # fmt: skip

    def adapted(self, case: Case) -> Case:
        """A case of the contract as it is without a registry (`malformed`, `valid`), with the ids that hold here."""
        record = with_present_id(_bare(case.record), local_book(self._contract), self.book)
        return replace(case, record=replace(case.record, value=record.value))

    def healthy(self) -> Case:
        """An ordinary, small, valid record."""
        return self._case(self._source().healthy(Role.HEALTHY, None))

    def valid(self, most: int | None = None) -> Iterator[Case]:
        """Valid records: examples of the contract, older writers', edges, others."""
        source = self._source(frozenset({VALID_KIND}))
        return (self._case(case) for case in islice(source.valid(), most or self._max_examples))

    def malformed(
        self, kinds: Iterable[str] = (), *, per_kind: int = 1, expectation: str = "invalid"
    ) -> Iterator[Case]:
        """Malformed records of the kinds (default: all that apply), of which the oracle says `expectation`.

        UsageError KIND_UNKNOWN, and KIND_WITHOUT_CASES if kinds are named and none has such a record: a loop over
        nothing would be a test that cannot fail.
        """
        named = checked(kinds)
        source = self._source(named or checked(self._kinds or ()) or None, per_kind)
        made = (case for case in source.malformed() if case.expectation.value == expectation)
        first = next(made, None)
        if first is None and named:
            raise _without_cases(named, expectation, self.topic, dict(source.not_applicable))
        return map(self._case, chain(() if first is None else (first,), made))

    def stored(self) -> Iterator[tuple[str, Case]]:
        """Failures that `.kcontract/cases` holds of this topic, by their ids, with what is expected of them today."""
        for stored in stored_cases(self._root):
            if stored.topic == self.topic and stored.request is None:
                yield stored.finding, self._case(_recalled(stored))

    def record(self, payload: Any, **parts: Any) -> Record:
        """The record of a payload in JSON form; `key` and `headers` (of bytes) where they are not to be right.

        UsageError PAYLOAD_NOT_ENCODABLE if Avro has no bytes for it: its JSON text would be another record.
        """
        record, problem = self.attempted(payload, **parts)
        if problem:
            fix = f"its JSON form is that of `contract({self.topic!r}).healthy().payload`, every field with a value"
            raise UsageError("PAYLOAD_NOT_ENCODABLE", f"{self.topic} cannot carry this payload: {problem}", fix)
        return record

    def attempted(self, payload: Any, **parts: Any) -> tuple[Record, str]:
        """The same, and why the contract's schema cannot encode the payload: then the record is its JSON text."""
        made, problem = self._maker().record({"value": payload, **parts}, self._like())
        return self._handed(made), re.sub(r" \[[A-Z_]+\]$", "", problem.partition("\n")[0])

    def completed(self, value: bytes) -> Record:
        """The record of encoded bytes, with the key and headers that go with them."""
        payload = self._oracle.read_leniently(Bare(value=value))
        return self._handed(self._maker().record({"bytes": value, "value": payload}, self._like())[0])

    def look(self, record: Record) -> Case:
        """What the contract says of a record that somebody has made."""
        return self._case(self._made(record, ""))

    def words(self, record: Record) -> Decoded:
        """The value in words."""
        book = Book()
        book.remember(UnitStarted(0.0, "", (self._contract,), self.book))
        return decode_value(record.value, self.topic, book)

    def _maker(self) -> EventMaker:
        return EventMaker(self._contract, self.book)

    def _like(self) -> Bare:
        return _bare(self.healthy().record)

    def _source(self, kinds: frozenset[str] | None = None, per_kind: int = 1) -> CaseSource:
        return CaseSource(
            self._contract,
            self._receive,
            self.book,
            seed=self._seed,
            run=_RUN,
            max_examples=self._max_examples,
            kinds=kinds,
            per_kind=per_kind,
            resolve=Called(),
        )

    def _made(self, record: Record, kind: str) -> MadeCase:
        expected = self._oracle.expect(_bare(record), hint=kind)
        rejection = expected.rejection
        return MadeCase(
            id="", topic=self.topic, record=_bare(record), kind=kind or (rejection.code if rejection else VALID_KIND),
            expectation=expected.expectation, rejection=rejection,
        )  # fmt: skip

    def _case(self, case: MadeCase) -> Case:
        expected = self._oracle.expect(case.record, hint=case.kind)
        payload = self._oracle.read_leniently(case.record)
        why = expected.rejection
        place = f" at {why.path}" if why and why.path else f" at byte {why.offset}" if why and why.offset else ""
        return Case(
            record=self._handed(case.record),
            kind=case.kind,
            expectation=expected.expectation.value,
            reason=f"{why.reason}{place} ({why.layer.value} {why.code})" if why else "",
            payload=None if payload is MISSING else payload,
        )

    def _handed(self, record: Bare) -> Record:
        """Without the marker, which only runs on a broker need."""
        self._offset += 1
        headers = tuple(pair for pair in record.headers if pair[0] != CASE_HEADER)
        return Record(self.topic, 0, self._offset, record.key, record.value, headers, record.timestamp)


def contract(
    topic: str, *, receiver: str = "", start: Path | Sequence[Path] = (), settings: Mapping[str, Any] | None = None
) -> ContractInTest:
    """The project's contract of a topic, as `receiver` sees it (default: the first one).

    `start`: a file or directory of the project, default the working directory; of several the first one with contracts
    counts. UsageError CONTRACT_UNKNOWN, RECEIVER_UNKNOWN, and what is wrong with the contracts.
    """
    __tracebackhide__ = True  # what a test asked for in vain is told by the error
    root, known = _known([start] if isinstance(start, Path) else start or [Path.cwd()])
    own = [one for one in known if one.topic == topic]
    if not own:
        close = difflib.get_close_matches(topic, [one.topic for one in known], 1)
        hint = f"did you mean {close[0]}?" if close else "known: " + ", ".join(sorted({one.topic for one in known}))
        raise UsageError("CONTRACT_UNKNOWN", f"no contract of {root} is about the topic {topic!r}", hint)
    pairs = [(one, receive) for one in own for receive in one.receive if receiver in ("", receive.name, receive.unit)]
    if receiver and not pairs:
        names = ", ".join(receive.name for one in own for receive in one.receive) or "none"
        raise UsageError("RECEIVER_UNKNOWN", f"{topic} has no receiver {receiver!r}", f"known: {names}")
    found, receive = pairs[0] if pairs else (own[0], _anybody(own[0]))
    return ContractInTest(found, receive, Path(root), **(settings or {}))


def _known(starts: Sequence[Path]) -> tuple[str, tuple[Contract, ...]]:
    roots = [load_project(start).project.root for start in starts]
    for root in roots:
        loaded = _loaded(root)
        if loaded.files:
            return root, required(loaded)
    return roots[0], required(_loaded(roots[0]))


@lru_cache(maxsize=8)
def _loaded(root: str) -> Loaded:
    return load_contracts((), load_project(Path(root)))


def _without_cases(named: frozenset[str], expectation: str, topic: str, why: Mapping[str, str]) -> UsageError:
    told = [f"{name}: {why[name.partition(':')[0]]}" for name in sorted(named) if name.partition(":")[0] in why]
    reasons = f" ({'; '.join(told)})" if told else ""
    message = f"no record of {', '.join(sorted(named))} is {expectation} for {topic}{reasons}"
    fix = "`kcontract kinds CONTRACT` lists the kinds that apply, and what is expected of each"
    return UsageError("KIND_WITHOUT_CASES", message, fix)


def _anybody(contract: Contract) -> Receive:
    """A receiver for a contract that names none."""
    return Receive(
        at=contract.at, name="test", run=Run(at=contract.at), on_invalid=OnInvalid(at=contract.at, policy="skip")
    )


def _bare(record: Record) -> Bare:
    return Bare(record.key, record.value, tuple(record.headers), record.timestamp)


def _recalled(stored: StoredCase) -> MadeCase:
    return MadeCase(
        id=stored.finding, topic=stored.topic, record=stored.record, kind=stored.kind,
        expectation=stored.expectation, rejection=stored.rejection,
    )  # fmt: skip
