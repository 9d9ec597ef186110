"""Whatever a file holds: mistakes, never an exception, in bounded time."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kcontract.document.expressions import parse_expression
from kcontract.document.mistakes import Refused
from kcontract.document.placeholders import check_template
from kcontract.document.pointers import join_pointer, split_pointer
from tests.unit.document.test_load import WHOLE
from tests.unit.document.trees import load

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)
_WORDS_OF_SCHEMAS = st.sampled_from(
    ["type", "properties", "items", "$ref", "$id", "$schema", "enum", "pattern", "allOf", "additionalProperties", "0",
     "patternProperties", "dependentSchemas", "prefixItems", "required", "name", "fields", "symbols", "logicalType"]
)  # fmt: skip
_SCHEMA = st.recursive(
    _JSON | st.sampled_from(["object", "array", "string", "record", "enum", "map", "#", "#/a", "http://x/y", "null"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS_OF_SCHEMAS, inner, max_size=5),
    max_leaves=15,
)
_LINES = WHOLE.splitlines()
_WORDS = sorted(set(WHOLE.replace("{", " ").replace("}", " ").split()))
_SNIPPETS = st.sampled_from(
    ["{", "}", "[", "]", ":", ": ", "- ", "&a ", "*a", "!x ", "\t", "'", '"', "#", "|", ">", "\n", "? ", "%", "<<: *a"]
)


def is_sound(data: bytes) -> None:
    """Loading gives a contract, or errors inside the project, each with a message."""
    loaded = load(data)
    assert bool(loaded.contracts) != bool(loaded.errors)
    assert all(mistake.message and mistake.at.line >= 1 and mistake.at.column >= 1 for mistake in loaded.mistakes)


@settings(deadline=None)
@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b"--- \n...\n")
@example(b"%YAML 9.9\n---\na: 1\n")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Random bytes never crash the loader."""
    is_sound(data)


@settings(deadline=None)
@given(st.lists(_SNIPPETS | st.sampled_from(_WORDS), max_size=40).map(" ".join))
def test_any_yaml_like_text_is_read_or_refused(text: str) -> None:
    """Nor do texts made of YAML's own signs and the format's own words."""
    is_sound(text.encode())


@settings(deadline=None)
@given(st.data())
def test_a_mutated_contract_is_read_or_refused(data: st.DataObject) -> None:
    """Lines dropped, repeated, cut, or with another word or sign in them."""
    lines = list(_LINES)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        line, cut = lines[place], data.draw(st.integers(0, len(lines[place])))
        piece = data.draw(_SNIPPETS | st.sampled_from(_WORDS) | _TEXT)
        lines[place] = data.draw(st.sampled_from(["", line + "\n" + line, line[:cut], line[:cut] + piece + line[cut:]]))
    is_sound("\n".join(lines).encode())


@settings(deadline=None)
@given(st.data(), _JSON)
def test_any_value_in_any_place_is_read_or_refused(data: st.DataObject, value: Any) -> None:
    """Each key of a good contract takes any JSON value without an exception."""
    contract = {
        "kcontract": 1,
        "topic": "t",
        "message": {"payload": {"type": "object"}, "wire": "plain"},
        "send": {"s": {"run": {"command": ["run"]}, "action": {"http": "POST /x"}, "where": {"/a": "$message.key"}}},
        "receive": {"r": {"run": {"command": ["run"]}, "onInvalid": {"deadLetter": {"topic": "d"}}}},
    }  # fmt: skip
    here: Any = contract
    while True:
        name = data.draw(st.sampled_from(sorted(here)))
        if not isinstance(here[name], dict) or data.draw(st.booleans()):
            break
        here = here[name]
    here[name] = value
    is_sound(json.dumps(contract).encode())


@settings(deadline=None)
@given(_SCHEMA)
def test_any_inline_schema_is_read_or_refused(schema: Any) -> None:
    """A payload that is any JSON value is legal or a mistake."""
    is_sound(json.dumps({"kcontract": 1, "topic": "t", "message": {"payload": schema}}).encode())


@settings(deadline=None)
@given(st.sampled_from(["json", "avsc"]), _JSON | _SCHEMA)
def test_any_schema_file_is_read_or_refused(suffix: str, schema: Any) -> None:
    """So is a schema file, pointers into it included."""
    contract = f"kcontract: 1\ntopic: t\nmessage: {{payload: s.{suffix}, identity: $message.payload#/a/0/type}}\n"
    loaded = load(contract, extra={f"s.{suffix}": json.dumps(schema).encode()})
    assert bool(loaded.contracts) != bool(loaded.errors)


@settings(deadline=None)
@given(st.lists(_TEXT))
def test_pointers_survive_the_round_trip(tokens: list[str]) -> None:
    """Splitting undoes joining for any names."""
    assert list(split_pointer(join_pointer(*tokens))) == tokens


@settings(deadline=None)
@given(st.sampled_from(["$message.payload#", "$message.key#", "$response.body#"]), st.lists(_TEXT))
def test_expressions_survive_the_round_trip(root: str, tokens: list[str]) -> None:
    """An expression is written as it was read, save for a bare `#`."""
    text = root + join_pointer(*tokens)
    assert str(parse_expression(text)) == (text if tokens else text[:-1])


@settings(deadline=None)
@given(st.text(st.sampled_from("{}$ topicrun.#/"), max_size=30))
def test_templates_are_accepted_or_refused(text: str) -> None:
    """No combination of braces and dollars raises anything but Refused."""
    try:
        assert check_template(text) == text
    except Refused as refused:
        assert refused.code.name in ("PLACEHOLDER_UNKNOWN", "EXPRESSION_INVALID", "POINTER_INVALID")
