"""Identities: nobody meets one twice, whatever was sent to others before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import structs

from kcontract.generate.requests import RequestSource
from kcontract.generate.source import CaseSource
from kcontract.model.case import Role
from tests.unit.generate.contracts import json_contract, receiver, text

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
