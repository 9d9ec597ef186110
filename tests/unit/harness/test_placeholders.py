"""Placeholders: each form, and each way of getting one wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcontract.errors import UsageError
from kcontract.harness.placeholders import NAMES, FilledRun, fill, fill_run, mask
from kcontract.model.contract import Run
from kcontract.model.location import Location

VALUES = {"bootstrap": "127.0.0.1:9092", "topic": "patient.created", "port": "8080"}
ENVIRONMENT = {"TOKEN": "s3cret", "EMPTY": ""}


def resolve(expression: str) -> str:
    return f"<{expression}>"


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("", ""),
        ("nothing to fill: $ } $$ $x", "nothing to fill: $ } $$ $x"),
        ("{bootstrap}/{topic}", "127.0.0.1:9092/patient.created"),
        ('{{"a": {{}}}}', '{"a": {}}'),
        ("{{topic}}", "{topic}"),
        ("${{TOKEN}}", "${TOKEN}"),
        ("Bearer ${TOKEN}", "Bearer s3cret"),
        ("[${EMPTY}]", "[]"),
        ("/api/{$message.payload#/id}?x={port}", "/api/<$message.payload#/id>?x=8080"),
    ],
)
def test_texts_are_filled(text: str, filled: str) -> None:
    """Names, variables, expressions and literal braces, side by side."""
    assert fill(text, VALUES, ENVIRONMENT, resolve).text == filled


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("{deadletter}", "PLACEHOLDER_UNKNOWN", "did you mean {deadLetter}"),
        ("{}", "PLACEHOLDER_UNKNOWN", "{bootstrap}, {registry}, {topic}"),
        ('{"a": 1}', "PLACEHOLDER_UNKNOWN", "a literal brace is {{"),
        ("{deadLetter}", "PLACEHOLDER_EMPTY", "{bootstrap}, {topic}, {port}"),
        ("${MISSING}", "PLACEHOLDER_VARIABLE", "set MISSING"),
        ("{$message.key}", "PLACEHOLDER_EXPRESSION", "fixed value"),
        ("{topic", "PLACEHOLDER_OPEN", "{{"),
        ("{a{topic}", "PLACEHOLDER_OPEN", "{{"),
    ],
)
def test_mistakes_are_usage_errors_with_a_hint(text: str, code: str, hint: str) -> None:
    """Each says what to write instead."""
    with pytest.raises(UsageError) as caught:
        fill(text, VALUES, ENVIRONMENT)
    assert caught.value.code == code
    assert hint in caught.value.fix


@given(st.text())
def test_doubled_braces_keep_any_text(text: str) -> None:
    """A text whose braces are doubled comes out as it was."""
    assert fill(text.replace("{", "{{").replace("}", "}}"), {}, {}).text == text


@given(st.text(st.sampled_from("{}$aTOPIC_topic"), max_size=30))
def test_any_text_is_filled_or_a_usage_error(text: str) -> None:
    """Nothing else can happen."""
    try:
        fill(text, VALUES, ENVIRONMENT, resolve)
    except UsageError as error:
        assert error.fix


def test_values_are_not_filled_again() -> None:
    """A value that looks like a placeholder stays as it is."""
    assert fill("{topic}", {"topic": "{port}${TOKEN}"}, ENVIRONMENT).text == "{port}${TOKEN}"


def test_every_name_of_the_format_can_be_filled() -> None:
    """FORMAT.md lists ten."""
    assert len(NAMES) == 10
    assert fill("".join(f"{{{name}}}" for name in NAMES), dict.fromkeys(NAMES, "x"), {}).text == "x" * 10


def test_a_run_is_filled_with_its_secrets() -> None:
    """Command and environment together; what came from the caller's environment is told."""
    env = (("A", "{topic}"), ("B", "${TOKEN}"), ("C", "${EMPTY}"))
    run = Run(at=Location("c.yaml", 9), command=("serve", "{port}"), env=env)
    assert fill_run(run, VALUES, ENVIRONMENT) == FilledRun(
        ("serve", "8080"), (("A", "patient.created"), ("B", "s3cret"), ("C", "")), frozenset({"s3cret"})
    )


def test_a_mistake_in_a_run_names_its_line() -> None:
    """The place in the contract stands before the message."""
    with pytest.raises(UsageError, match=r"c\.yaml:9:1: unknown placeholder {prot}"):
        fill_run(Run(at=Location("c.yaml", 9), command=("serve", "{prot}")), VALUES, ENVIRONMENT)


def test_secrets_are_masked_wherever_they_stand() -> None:
    """Also one that holds another."""
    assert mask("a s3cret-long and s3cret", {"s3cret", "s3cret-long"}) == "a *** and ***"
