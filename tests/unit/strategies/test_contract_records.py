"""`event`, `malformed`, `sequences`: records that fit their contract, in all their parts, or do not, in one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from kcontract.errors import UsageError
from kcontract.model.contract import Contract
from kcontract.model.location import Location
from kcontract.strategies import event, malformed, sequences
from kcontract.testing.contracts import ContractInTest
from kcontract.testing.values import Case
from tests.unit.generate.contracts import DOCUMENT, LIMITS, Book, avro_contract, json_contract, receiver, text
from tests.unit.strategies.drawing import drawn

ROOT = Path(__file__).parents[3]
SAMPLE = {
    "event_id": "6f9619ff-8b86-4011-b42d-00cf4fc964ff", "kind": "a", "amount": 12.5, "patient_id": "P-12345678",
}  # fmt: skip


def in_test(made: tuple[Contract, Book]) -> ContractInTest:
    """A contract with its book."""
    return ContractInTest(made[0], receiver(), ROOT, book=made[1])


CONTRACTS: dict[str, Callable[[], tuple[Contract, Book]]] = {
    "avro": avro_contract,
    "avro with constraints": lambda: avro_contract(constraints=text(LIMITS)),
    "json": json_contract,
    "json, framed": lambda: json_contract(wire="confluent"),
}


def header(case: Case, name: str) -> str:
    found = case.record.header(name)
    assert found is not None
    return found.decode()


@pytest.mark.parametrize("name", CONTRACTS)
def test_all_parts_of_an_event_fit(name: str) -> None:
    """The oracle calls each valid; the key is the payload's, the correlation id is there, values differ."""
    cases = drawn(event(in_test(CONTRACTS[name]())), 25)
    assert {case.expectation for case in cases} == {"valid"}
    assert all((case.record.key or b"").decode() == case.payload["patient_id"] for case in cases)
    assert all(header(case, "correlation_id") for case in cases)
    assert len({case.record.value for case in cases}) > 10
    assert {case.record.timestamp is None for case in cases} == {True, False}


def test_the_project_s_contracts_are_known_by_topic() -> None:
    """Those of the repository, valid to the oracle; an unknown topic or receiver is told."""
    for topic in ("patient.created", "patient.updated", "patient.deleted", "invoice.opened"):
        assert {case.expectation for case in drawn(event(topic, start=ROOT), 10)} == {"valid"}
    for words in ({"of": "patient.creatd"}, {"of": "patient.created", "receiver": "nobody"}):
        with pytest.raises(UsageError):
            event(start=ROOT, **words)


def test_examples_come_first() -> None:
    """A failing case shrinks to the contract's example, with an identity of its own."""
    (least,) = drawn(event(in_test(json_contract(examples=(SAMPLE,)))), 1)  # what shrinking would end with
    assert {**least.payload, "event_id": "", "patient_id": ""} == {**SAMPLE, "event_id": "", "patient_id": ""}


@pytest.mark.parametrize(
    ("pointer", "source", "allowed"),
    [
        ("/kind", ["b"], {"b"}),
        ("/n", "tests.unit.strategies.generators:some", {3, 4, 5}),
        ("/name", "tests.unit.strategies.generators:existing", {"00000000-abcd"}),
    ],
)
def test_generators_are_honoured(pointer: str, source: Any, allowed: set[Any]) -> None:
    """A list, a function's value, and draws from the strategy that a function gives."""
    known = in_test(json_contract(generators=((pointer, source),), examples=({**SAMPLE, "code": "AB-1234"},)))
    found = {case.payload.get(pointer[1:]) for case in drawn(event(known), 30)}
    assert found - {None} <= allowed
    assert found & allowed


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("nothing", "GENERATE_FUNCTION", "generators:nothing: AttributeError"),
        ("fails", "GENERATE_FUNCTION", "generators:fails: LookupError: no patients"),
        ("wrong", "GENERATE_VALUE", "the schema does not allow '2026-01-02'"),
    ],
)
def test_a_wrong_generator_is_named(name: str, code: str, words: str) -> None:
    """With its code, the file and the line: one that is not there, one that fails, one whose values do not fit."""
    places = (("/n", Location("orders.yaml", 7)),)
    generators = (("/n", f"tests.unit.strategies.generators:{name}"),)
    example = {**SAMPLE, "n": 3}
    known = in_test(json_contract(generators=generators, generated_at=places, examples=(example,)))
    for use in (lambda: drawn(event(known), 5), known.healthy):
        with pytest.raises(UsageError, match=f"orders.yaml:7: generators /n: .*{words}") as raised:
            use()
        assert raised.value.code == code


@pytest.mark.parametrize("name", CONTRACTS)
def test_malformed_records_are_invalid(name: str) -> None:
    """The oracle says so of each, with a reason; several kinds are among them."""
    cases = drawn(malformed(in_test(CONTRACTS[name]())), 30)
    assert {case.expectation for case in cases} == {"invalid"}
    assert all(case.reason for case in cases)
    assert len({case.kind.partition(":")[0] for case in cases}) > 5


def test_kinds_and_variants_are_chosen() -> None:
    """Only those that were asked for; one that does not apply, or is no kind, is told."""
    known = in_test(avro_contract())
    assert {case.kind for case in drawn(malformed(known, kinds=["bad_magic:0xff"]), 20)} == {"bad_magic:0xff"}
    assert {case.kind.partition(":")[0] for case in drawn(malformed(known, kinds=["truncated"]), 20)} == {"truncated"}
    assert {case.expectation for case in drawn(malformed(known, kinds=["bit_flip"], expectation="valid"), 20)} == {
        "valid"
    }
    for words in ({"kinds": ["missing_required"]}, {"kinds": ["no_such_kind"]}, {"expectation": "sure"}):
        with pytest.raises(UsageError):
            malformed(known, **words)


def ids(cases: list[Case]) -> list[str]:
    return [case.payload["event_id"] for case in cases if case.payload is not None]


@pytest.mark.parametrize("name", CONTRACTS)
def test_sequences_are_of_one_key(name: str) -> None:
    """Every story: one key, and identities of their own unless the story says otherwise."""
    for cases in drawn(sequences(in_test(CONTRACTS[name]())), 15):
        assert len({case.record.key for case in cases}) == 1
        repeated = len(ids(cases)) - len(set(ids(cases)))
        assert repeated == (cases[0].kind in ("exact_duplicate", "conflicting_duplicate")), cases[0].kind


def test_stories_are_what_they_say() -> None:
    """Duplicates have the same bytes, conflicts do not; what is out of order has a create behind an update."""
    known = in_test(json_contract())

    def values(cases: list[Case]) -> list[bytes | None]:
        return [case.record.value for case in cases]

    for cases in drawn(sequences(known, stories=["exact_duplicate"]), 10):
        assert len(set(values(cases))) == len(cases) - 1
    conflicts = drawn(sequences(known, stories=["conflicting_duplicate"]), 10)
    assert all(ids(cases)[0] == ids(cases)[-1] for cases in conflicts)
    assert any(len(set(values(cases))) == len(cases) for cases in conflicts)
    gone = [values(cases).count(None) for cases in drawn(sequences(known, stories=["tombstone_sequence"]), 10)]
    assert set(gone) == {2}
    with pytest.raises(UsageError):
        sequences(known, stories=["sagas"])  # type: ignore[list-item]


def test_tombstones_are_valid_on_compacted_topics() -> None:
    """As the oracle has it."""
    contract, book = json_contract()
    compacted = in_test((structs.replace(contract, compacted=True), book))
    for cases in drawn(sequences(compacted, stories=["tombstone_sequence"]), 10):
        assert {case.expectation for case in cases} == {"valid"}


def test_what_nothing_is_drawn_for_is_refused() -> None:
    """A payload whose schema nothing satisfies."""
    impossible = json_contract()[0]
    payload = text({**DOCUMENT, "required": ["none"], "properties": {"none": False}})
    message = structs.replace(impossible.message, payload=payload)
    with pytest.raises(UsageError):
        event(in_test((structs.replace(impossible, message=message), ())))
