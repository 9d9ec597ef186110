"""The shipped JSON Schemas: made from the shapes, legal, and of one mind with the loader."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from kcontract.document import json_schema
from kcontract.document.mistakes import Notebook
from kcontract.document.yaml_compose import compose
from kcontract.document.yaml_nodes import plain
from tests.unit.document.test_cases import CASES
from tests.unit.document.test_load import WHOLE
from tests.unit.document.trees import PROJECT

SHIPPED = Path(json_schema.__file__).parent
_STRUCTURAL = {
    "KEY_UNKNOWN", "TYPE_WRONG", "VALUE_UNKNOWN", "VALUE_RANGE", "LIST_EMPTY", "POLICY_COUNT", "DURATION_INVALID",
    "RATE_INVALID", "HTTP_ACTION_INVALID", "FUNCTION_INVALID", "KIND_UNKNOWN", "POINTER_INVALID",
}  # fmt: skip
"""Codes that a JSON Schema can find as well."""
_ONLY_LOADER = {"body_without_http", "probe_expects"}


def data(text: bytes) -> Any:
    """A YAML text as JSON data."""
    node = compose(text, "f.yaml", Notebook())
    assert node is not None
    return plain(node)


def accepts(value: Any) -> bool:
    """Whether the schema of contracts accepts it."""
    return jsonschema_rs.is_valid(json_schema.contract_schema(), value)


@pytest.mark.parametrize(
    ("name", "schema"),
    [("contract", json_schema.contract_schema()), ("project", json_schema.project_schema())],
)
def test_the_shipped_file_is_made_from_the_shapes(name: str, schema: dict[str, Any]) -> None:
    """After a change of the format: `python -m kcontract.document.json_schema`."""
    shipped = (SHIPPED / f"{name}.schema.json").read_text(encoding="utf-8")
    assert shipped == json_schema.rendered(schema)
    jsonschema_rs.validator_for(schema)


def test_every_key_has_a_description() -> None:
    """Editors show them."""

    def walk(schema: Any) -> None:
        for name, key in schema.get("properties", {}).items():
            assert len(key["description"]) > 10, name

    schema = json_schema.contract_schema()
    walk(schema)
    for definition in schema["$defs"].values():
        walk(definition)


@pytest.mark.parametrize("text", [WHOLE.encode(), PROJECT["contracts/base.yaml"], PROJECT["contracts/own.yaml"]])
def test_good_contracts_are_accepted(text: bytes) -> None:
    """What the loader takes, editors take."""
    assert accepts(data(text))


def test_the_project_file_is_accepted() -> None:
    """So it is for kcontract.yaml."""
    assert jsonschema_rs.is_valid(json_schema.project_schema(), data(PROJECT["kcontract.yaml"]))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_editors_see_the_same_structural_mistakes(case: Path) -> None:
    """A file with a structural mistake is refused, one whose mistakes only the loader can see is accepted."""
    text = case.read_bytes()
    codes = set(re.findall(r"^# ([A-Z_]+) \d+:\d+$", text.decode(), re.MULTILINE))
    if codes & _STRUCTURAL and case.stem not in _ONLY_LOADER:
        assert not accepts(data(text))
    elif all(code.startswith(("PATH_", "SCHEMA_", "EXAMPLE_", "WIRE_MIXED", "IDENTITY_")) for code in codes):
        assert accepts(data(text))
