"""Where in a document's bytes a value stands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcontract.schema.json.places import offset_of
from kcontract.schema.problem import escape

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)


def _all(value: Any, path: str = "") -> list[tuple[str, Any]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(path, value), *(found for name, part in parts for found in _all(part, f"{path}/{escape(str(name))}"))]


@given(_JSON, st.sampled_from([None, 2]), st.booleans(), st.booleans())
def test_at_the_offset_of_each_pointer_its_value_begins(
    value: Any, indent: int | None, ascii_: bool, bom: bool
) -> None:
    """In any spelling, with or without a byte order mark."""
    data = b"\xef\xbb\xbf" * bom + json.dumps(value, indent=indent, ensure_ascii=ascii_).encode()
    for path, part in _all(value):
        offset = offset_of(data, path)
        assert offset is not None
        found, _ = json.JSONDecoder().raw_decode(data[offset:].decode())
        assert found == part


@pytest.mark.parametrize(
    ("data", "path", "offset"),
    [
        (b' {"a": 1, "a": 2}', "/a", 15),
        (b'{"a": [1]}', "/a/1", 6),
        (b'{"a": [1]}', "/b", 0),
        (b"5", "/a", 0),
        (b'{"a": NaN}', "/a", 6),
        (b"\xff", "", None),
        (b'{"a"', "/a", None),
        (b"", "", 0),
        (b"[" * 100_000, "/1", None),
    ],
)  # fmt: skip
def test_places_that_are_not_there(data: bytes, path: str, offset: int | None) -> None:
    """Of a key that stands twice the last; else what is around; and nothing of bytes that are no document."""
    assert offset_of(data, path) == offset
