"""The reference page: its example is a good contract, and it leaves out no key."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kcontract.document.format import CONTRACT, PROJECT
from kcontract.document.shape import Either, Form, Items, Shape, Table
from tests.unit.document import trees

PAGE = (trees.HERE.parents[2] / "docs/contract-file.md").read_text(encoding="utf-8")


def keys_of(shape: Shape | None) -> Iterator[str]:
    """All keys in a shape."""
    match shape:
        case Form(keys=keys):
            for key in keys:
                yield key.name
                yield from keys_of(key.shape)
        case Items(item=item) | Table(item=item):
            yield from keys_of(item)
        case Either(items=items, mapping=mapping):
            yield from keys_of(items)
            yield from keys_of(mapping)


def test_the_page_names_every_key() -> None:
    """A key that is added to the format is added to its reference."""
    named = set(re.findall(r"\w+", PAGE))
    assert {*keys_of(CONTRACT), *keys_of(PROJECT)} - named == set()


def test_the_example_is_a_good_contract() -> None:
    """Whoever copies the whole file gets no mistake."""
    example = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1]
    patient = trees.PROJECT["schemas/patient.avsc"].replace(b'"event_id"', b'"event_id", "doc": ""')
    patient = patient.replace(b'{"name": "tags"', b'{"name": "country", "type": "string"}, {"name": "tags"')
    ada = trees.PROJECT["examples/patient.json"].replace(b'"tags"', b'"country": "DE", "tags"')
    files = {
        "schemas/patients/patient_created.avsc": patient,
        "schemas/patients/v1.avsc": trees.PROJECT["schemas/patient_v1.avsc"],
        "schemas/patients/limits.json": b'{"type": "object"}',
        "schemas/patients/new_patient.json": b'{"properties": {"country": {"type": "string"}}}',
        "schemas/billing/invoice.json": b'{"properties": {"patient": {"type": "string"}}}',
        "examples/ada.json": ada,
    }
    loaded = trees.load(example, extra=files)
    assert loaded.mistakes == ()
    assert loaded.contracts[0].topic == "patient.created"
