"""The gate before a registry: it passes everything on, and fails on demand."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from kcontract.model.faults import RegistryFault
from kcontract.registry import gate as module
from kcontract.registry.choose import choose
from kcontract.registry.gate import Gate

SCHEMA = '{"type": "record", "name": "A", "fields": []}'


@pytest.fixture
def through() -> Iterator[tuple[Gate, httpx.Client]]:
    """A registry with one schema, of id 1, and a client that sees it through the gate."""
    with choose() as registry, Gate(registry.url) as gate, httpx.Client(base_url=gate.url, trust_env=False) as client:
        registry.register("a-value", SCHEMA, "avro")
        yield gate, client


def test_everything_passes(through: tuple[Gate, httpx.Client]) -> None:
    """Look-ups, registrations and refusals, with status, body and media type."""
    _, client = through
    assert client.get("/schemas/ids/1").json()["schema"]
    assert client.post("/subjects/b-value/versions", json={"schema": SCHEMA}).json()["id"] == 1
    missing = client.get("/schemas/ids/99")
    assert (missing.status_code, missing.json()["error_code"]) == (404, 40403)
    assert "schemaregistry" in missing.headers["content-type"]


def test_a_reset_registry(through: tuple[Gate, httpx.Client]) -> None:
    """Open connections and new ones break, and it comes back on the same address."""
    gate, client = through
    assert client.get("/subjects").status_code == 200
    gate.set_fault("reset")
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            client.get("/subjects")
    gate.clear_fault()
    assert client.get("/subjects").status_code == 200


@pytest.mark.parametrize(("fault", "status", "code"), [("500", 500, 50001), ("deleted", 404, 40403)])
def test_a_registry_that_answers_wrongly(
    through: tuple[Gate, httpx.Client], fault: RegistryFault, status: int, code: int
) -> None:
    """In the registry's own words."""
    gate, client = through
    gate.set_fault(fault)
    answer = client.get("/schemas/ids/1")
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)
    gate.clear_fault()
    assert client.get("/schemas/ids/1").status_code == 200


def test_a_slow_registry(through: tuple[Gate, httpx.Client], monkeypatch: pytest.MonkeyPatch) -> None:
    """Late, and right."""
    monkeypatch.setattr(module, "SLOW_SECONDS", 0.2)
    gate, client = through
    gate.set_fault("slow")
    begun = time.monotonic()
    assert client.get("/schemas/ids/1").status_code == 200
    assert time.monotonic() - begun >= 0.2
