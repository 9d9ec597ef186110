"""Identities: nobody meets one twice, whatever was sent to others before."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import structs

from kcontract.generate.requests import RequestSource
from kcontract.generate.source import CaseSource
from kcontract.model.case import Expectation, Role
from kcontract.model.contract import Expression
from tests.unit.generate.contracts import json_contract, message, receiver, text

_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _tokens(name: str = "billing", run: str = "r1", unit: str = "") -> set[bytes]:
    contract, book = json_contract()
    made = CaseSource(contract, structs.replace(receiver(), name=name), book, seed=1, run=run, unit=unit)
    return {token for _ in range(20) for token in made.healthy(Role.HEALTHY, None).tokens}


def test_services_of_one_run_share_no_identity() -> None:
    """Two that keep what they have seen in one database do not take each other's records for repeats; neither do a
    service alone and in a chain, nor the next run."""
    alone = _tokens()
    assert alone == _tokens()
    for other in (_tokens(name="audit"), _tokens(unit="billing+audit"), _tokens(run="r2")):
        assert alone.isdisjoint(other)


def _ids(unit: str, run: str = "r1") -> Iterator[bytes]:
    schema = text({"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "format": "uuid"}}})
    made = RequestSource(schema, seed=1, run=run, unit=unit, max_examples=5)
    for _ in range(5):
        yield from _UUID.findall(made.sentinel().body)


def test_requests_for_another_purpose_have_other_identities() -> None:
    """A step that creates what a request has created already would be refused, and so would all of a second run."""
    own = set(_ids("orders/shop/requests"))
    assert len(own) == 5
    assert own.isdisjoint(_ids("shop/orders.yaml:9:7"))
    assert own.isdisjoint(_ids("orders/shop/requests", run="r2"))


def _keyed(meter: dict[str, Any], **properties: Any) -> CaseSource:
    """Records whose key is what they say of their meter."""
    document = {"type": "object", "required": ["meter", *properties], "properties": {"meter": meter, **properties}}
    place = Expression("message.payload", "/meter")
    about = message(text(document), key_from=place, identity=place, wire="plain")
    contract, book = json_contract()
    contract = structs.replace(contract, message=about)
    return CaseSource(contract, receiver(), book, seed=1, run="r1", max_examples=40)


@pytest.mark.parametrize(
    "made",
    [
        _keyed({"type": "string", "maxLength": 1, "minLength": 1}, available={"type": "string"}, unit={"enum": ["a"]}),
        _keyed({"type": "string", "maxLength": 3, "minLength": 1}, abcd={"type": "string"}, e={"type": "string"}),
        _keyed({"type": "string", "pattern": "^[A-C]$"}, unit={"enum": ["A", "B", "C"]}),
    ],
)
def test_short_identities_change_nothing_else(made: CaseSource) -> None:
    """A key of one letter also stands in the names of properties, and in what has only a few values."""
    cases = [made.healthy(Role.HEALTHY, partition) for partition in (0, 1) for _ in range(10)]
    cases += (valid := list(made.valid()))
    cases += [made.again(case) for case in valid for _ in range(3)]
    for case in cases:
        assert made.oracle.expect(case.record, hint=case.kind).expectation is case.expectation is Expectation.VALID


def test_short_identities_are_fresh_all_the_same() -> None:
    """In the key and in what it says the same of, and nowhere else."""
    made = _keyed({"type": "string", "maxLength": 3, "minLength": 3}, meters={"const": "meters"})
    keys = set()
    for case in (made.healthy(Role.HEALTHY, None) for _ in range(30)):
        assert json.loads(case.record.value or b"") == {"meter": (case.record.key or b"").decode(), "meters": "meters"}
        keys.add(case.record.key)
    assert len(keys) > 25
