"""Large documents: what is wrong with them is found without making every error there is."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest

from kcontract.schema.json.bounded import copies, is_small, part_of
from kcontract.schema.json.parse import scan_json
from kcontract.schema.json.validate import JsonSchema
from kcontract.schema.problem import DecodeError

_MIB = 2**20


def _problems(schema: Any, document: str, *, formats: bool = False) -> tuple[DecodeError, ...]:
    return JsonSchema(json.dumps(schema), assert_formats=formats).problems(scan_json(document.encode()))


@pytest.mark.parametrize(
    ("schema", "document", "code"),
    [
        ({"items": {"type": "string"}}, f"[{','.join(['0'] * 30_000)}]", "wrong_type"),
        ({"items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}, f"[{','.join(['{}'] * 30_000)}]", "wrong_type"),
        (
            {"anyOf": [{"type": "string"}, {"items": {"type": "string"}}]},
            f"[{','.join(['0'] * 30_000)}]",
            "value_violation",
        ),
        ({"propertyNames": {"maxLength": 0}}, json.dumps(dict.fromkeys(map(str, range(8_000)))), "value_violation"),
        ({"items": {"maxLength": 5}}, json.dumps(["x", "y" * 300_000]), "out_of_bounds"),
    ],
)
def test_the_errors_of_a_large_document_take_little_memory(schema: Any, document: str, code: str) -> None:
    """Ten thousands of wrong items is refused for what is wrong with the first of them, in less than 64 MiB."""
    JsonSchema("true").problems(scan_json(b"[]"))
    tracemalloc.start()
    found = _problems(schema, document)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [problem.code for problem in found][:1] == [code]
    assert not any(problem.soft for problem in found)
    assert len(found) <= 20
    assert peak < 64 * _MIB


def test_what_is_only_wrong_with_a_part_is_not_told_of_the_whole() -> None:
    """A large document of the right length is not blamed for what its part lacks, but for what is wrong in it."""
    schema = {"minItems": 50_000, "contains": {"const": 1}, "items": {"type": "integer"}}
    whole = [0] * 49_999 + [1]
    assert _problems(schema, json.dumps(whole)) == ()
    found = _problems(schema, json.dumps(["x", *whole]))
    assert [(problem.path, problem.code) for problem in found] == [("/0", "wrong_type")]


def test_what_is_wrong_behind_the_part_is_told_without_its_place() -> None:
    """The last item of a large document is not looked at alone, and still makes it invalid."""
    found = _problems({"items": {"type": "integer"}}, json.dumps([0] * 50_000 + ["x"]))
    assert [(problem.path, problem.code, problem.soft) for problem in found] == [("", "value_violation", False)]


def test_formats_of_a_large_document_are_as_open_as_those_of_a_small_one() -> None:
    """Without `assertFormats` a bad format is soft; with it hard, but for second 60."""
    schema = {"items": {"type": "string", "format": "date-time"}}
    times = ["2026-01-01T00:00:00Z"] * 5_000
    assert [p.soft for p in _problems(schema, json.dumps(["no time", *times]))] == [True]
    assert [p.soft for p in _problems(schema, json.dumps(["no time", *times]), formats=True)] == [False]
    assert [p.soft for p in _problems(schema, json.dumps(["2026-01-01T00:00:60Z", *times]), formats=True)] == [True]


def test_a_part_keeps_the_places_of_what_is_in_it() -> None:
    """What stands behind something left out is left out as well, and all around it is said to be cut."""
    value = {"a": [list(range(3_000)), "kept?"], "b": 1}
    part, cut = part_of(value, 8_000)
    assert cut == {"", "/a", "/a/0"}
    assert list(part) == ["a"]
    assert part["a"][0] == list(range(len(part["a"][0])))
    assert is_small(part, len(json.dumps(part)))


def test_a_document_beyond_the_memory_budget_is_open() -> None:
    """Nothing is said of millions of values: that is our limit, not the reader's; a long text is no such thing."""
    parsed = scan_json(b"[" + b"[]," * 700_000 + b"[]]")
    assert [(p.code, p.soft) for p in parsed.problems] == [("count_bomb:budget", True)]
    assert scan_json(b'"' + b"x" * 2_000_000 + b'"').problems == ()


def test_a_constant_that_is_not_json_is_told_with_its_place() -> None:
    """The offset of NaN outside of strings, in bytes."""
    (problem,) = scan_json('{"ä NaN": [-Infinity]}'.encode()).problems
    assert (problem.code, problem.offset) == ("json_nonstandard:non_finite", 12)


def test_each_of_many_branches_has_errors_of_its_own() -> None:
    """Hundreds of alternatives make half a megabyte a large document, which is refused without all their errors."""
    schema = {"oneOf": [{"properties": {"k": {"const": n}}, "required": ["k"]} for n in range(500)]}
    assert copies(schema) == 31
    assert copies({"items": {"anyOf": [{}] * 15}}) == 1
    found = _problems(schema, json.dumps({"k": "x", "text": "y" * 600_000}))
    assert [(problem.path, problem.soft) for problem in found] == [("", False)]
    assert "yyy" not in found[0].reason
