"""YAML text to nodes: places, scalars, and texts made to hurt."""

from __future__ import annotations

import time

import pytest

from kcontract.document.mistakes import Notebook
from kcontract.document.yaml_compose import compose
from kcontract.document.yaml_nodes import MapNode, Node, plain


def composed(text: str | bytes) -> tuple[Node | None, list[str]]:
    """The node and the codes of all mistakes."""
    notebook = Notebook()
    data = text if isinstance(text, bytes) else text.encode()
    return compose(data, "f.yaml", notebook), [mistake.code for mistake in notebook.mistakes]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"), ("yes", "yes"), ("on", "on"), ("true", True), ("False", False), ("null", None), ("~", None),
        ("12", 12), ("-0o17", "-0o17"), ("0o17", 15), ("0x1F", 31), ("1_000", "1_000"), ("12:30:45", "12:30:45"),
        ("2024-01-01", "2024-01-01"), ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("1.", 1.0), ("'12'", "12"),
        ('"true"', "true"), ("1.2.3", "1.2.3"), ("-", "-"), ("=", "="), ("99999999999999999999", 99999999999999999999),
    ],
)  # fmt: skip
def test_plain_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    """Countries are not booleans, times are not sexagesimal numbers, integers are exact."""
    node, mistakes = composed(f"k: {text}" if text != "-" else "k: '-'")
    assert mistakes == []
    assert node is not None
    found = plain(node)["k"]
    assert found == value
    assert type(found) is type(value)


def test_keys_and_values_know_their_places() -> None:
    """Lines and columns count from one, columns in characters."""
    node, _ = composed("a: 1\nä:\n  - {b: ü, c: x}\n")
    assert isinstance(node, MapNode)
    assert str(node.entries["ä"].key_at) == "f.yaml:2:1"
    item = node.entries["ä"].node.items[0]  # type: ignore[union-attr]
    assert isinstance(item, MapNode)
    assert (str(item.entries["c"].key_at), str(item.entries["c"].node.at)) == ("f.yaml:3:12", "f.yaml:3:15")


def test_a_byte_order_mark_is_tolerated() -> None:
    """Editors on Windows write one."""
    node, mistakes = composed(b"\xef\xbb\xbfa: 1\n")
    assert node is not None
    assert (plain(node), mistakes) == ({"a": 1}, [])


def test_an_alias_repeats_a_value() -> None:
    """Anchors and aliases are allowed within the budget."""
    node, mistakes = composed("a: &x [1, 2]\nb: *x\n")
    assert node is not None
    assert (plain(node), mistakes) == ({"a": [1, 2], "b": [1, 2]}, [])


def test_a_duplicate_key_keeps_the_first_value() -> None:
    """The second one is the mistake."""
    node, mistakes = composed("a: 1\na: 2\n")
    assert node is not None
    assert (plain(node), mistakes) == ({"a": 1}, ["KEY_DUPLICATE"])


def bomb(width: int, levels: int) -> str:
    """Lists of aliases to lists of aliases, down to `levels`."""
    lines = [f"l0: &l0 [{', '.join(['x'] * width)}]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (bomb(10, 12), "YAML_TOO_MANY"),
        ("a: " + "[" * 100_000, "YAML_TOO_DEEP"),
        ("a: " + "{b: " * 100_000, "YAML_TOO_DEEP"),
        ("- " * 100_000 + "x", "YAML_TOO_DEEP"),
        ("\n".join(" " * n + "a:" for n in range(1_000)), "YAML_TOO_DEEP"),
        ("a: [" + "x, " * 300_000 + "]", "YAML_TOO_MANY"),
        ("a: &x [*x]", "YAML_ALIAS"),
        ("!" * 100_000, "YAML_TAG"),
        ("? " * 50_000, "YAML_TOO_DEEP"),
        ("a: !!python/object/apply:os.system ['echo pwned']", "YAML_TAG"),
        ("a: !!binary aGVsbG8=", "YAML_TAG"),
        ("%TAG ! tag:evil.example,2000:\n---\n!x a: 1", "YAML_TAG"),
        ("a: \x00", "YAML_SYNTAX"),
        ('a: "\\ud800"', "YAML_SYNTAX"),
        ("a: " + "9" * 5_000, "YAML_NUMBER"),
        ("a: 1" + "0" * 400 + ".5", "YAML_NUMBER"),
    ],
    ids=range(16),
)
def test_hostile_yaml_is_refused_quickly(text: str, code: str) -> None:
    """Bombs, depth, tags and bytes that YAML forbids are mistakes, found in bounded time."""
    start = time.process_time()
    _, mistakes = composed(text)
    assert code in mistakes
    assert time.process_time() - start < 2


def test_utf_16_is_refused() -> None:
    """Only UTF-8 is read, whatever a byte order mark says."""
    assert composed("a: 1\n".encode("utf-16"))[1] == ["FILE_ENCODING"]
