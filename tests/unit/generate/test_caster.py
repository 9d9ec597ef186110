"""Cases of mutants say what the oracle says of the bytes that are sent."""

from __future__ import annotations

from itertools import islice

import pytest

from kcontract.generate.kinds.framing import KINDS
from kcontract.model.contract import Expression
from tests.unit.generate.contracts import avro_contract, json_contract, source, text

_OPEN = text({"properties": {"kcontract-case": {"type": "string"}}, "additionalProperties": False})
_MADE = {
    "avro": avro_contract(),
    "avro, GUID in a header": avro_contract(wire="confluent-header"),
    "avro, identity is the key": avro_contract(key=None, key_from=Expression("message.payload", "/event_id")),
    "avro, numbers for identities": avro_contract(identity=Expression("message.payload", "/seq")),
    "json": json_contract(),
    "json, framed": json_contract(wire="confluent"),
    "json, headers that name the marker": json_contract(headers=_OPEN, correlation_id=None),
}


@pytest.mark.parametrize("name", _MADE)
def test_the_final_bytes_are_judged_as_they_were_without_a_marker(name: str) -> None:
    """Expectation, code, layer, offset, path and words, of every kind that applies."""
    cases = source(_MADE[name], per_kind=3)
    made = [case for case in cases.malformed() if len(case.record.value or b"") < 5_000]
    assert all(case.record.header("kcontract-case") == f"r1/{case.id}".encode() for case in made)
    for case in made:
        expected = cases.oracle.expect(case.record, hint=case.kind)
        assert (case.expectation, case.rejection) == (expected.expectation, expected.rejection), case.kind


def test_ids_are_given_when_a_case_is_taken() -> None:
    """Whoever makes another case in between gets the next id, though more mutants have been judged by then."""
    cases = source(_MADE["avro"])
    taken = [case.id for case in islice(cases.of_kind(next(k for k in KINDS if k.code == "bad_magic")), 2)]
    assert next(cases.sequences()).id == str(int(taken[-1]) + 1)
