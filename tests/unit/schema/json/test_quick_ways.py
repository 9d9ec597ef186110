"""The quick ways of reading JSON say what the thorough ones say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kcontract.schema.json.parse import Parsed, _scan, scan_json
from kcontract.schema.json.places import _find, _plainly, _unescaped, offset_of
from kcontract.schema.problem import escape

_NAMES = st.sampled_from(["a", "b", "id", "a b", '"', ":", "ä"])
_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text('a"\\{[:,é\ud800', max_size=4))
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3), max_leaves=8
)
_PIECES = st.sampled_from(
    [
        b"", b" ", b"\n", b"\0", b"\x01", b"\xff", b"\xef\xbb\xbf",
        b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\ud800", b'"a":', b'"a":1',
        b"1", b"-", b"1e999", b"9223372036854775808", b"NaN", b"tru", b"true",
    ]
)  # fmt: skip


def _told(parsed: Parsed) -> Any:
    problems = [(p.layer, p.code, p.reason, p.offset, p.path, p.soft) for p in parsed.problems]
    return repr(parsed.value), problems, parsed.fatal, parsed.numbers, 0 if parsed.fatal else parsed.size


@given(_VALUES, st.integers(0, 60), _PIECES, st.integers(0, 3), st.booleans())
@example({"a": 1}, 0, b"\xef\xbb\xbf", 0, True)
@example({"a": 1}, 6, b'"a":1', 0, True)
@example({"a": [1]}, 99, b"1", 0, False)
def test_a_damaged_document_is_told_alike(value: Any, at: int, piece: bytes, cut: int, ascii_only: bool) -> None:
    """Whatever is put in or left out: value, and code, reason, offset and softness of every problem."""
    data = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    data = data[:at] + piece + data[at + cut :]
    assert _told(scan_json(data)) == _told(_scan(data, first_keys=False))


@given(st.dictionaries(_NAMES, _VALUES, max_size=4), _NAMES, st.sampled_from(["", " "]), st.booleans())
@example({"b": {"a": 1}}, "a", "", True)
@example({"b": "a", "a": 1}, "a", " ", True)
def test_a_place_is_found_alike(value: dict[str, Any], name: str, blank: str, ascii_only: bool) -> None:
    """A member of the outermost object, or where there is none the object itself."""
    text = blank + json.dumps(value, ensure_ascii=ascii_only, separators=(f"{blank},", f":{blank}"))
    quick = _plainly(text, f"/{name}", exists=False)
    if quick is not None:
        assert quick == _find(text, [_unescaped(name)])


@given(_VALUES, st.sampled_from(["", " "]), st.booleans())
@example([{"a": {"b": "a"}}, {"b": [{"id": 1}]}], "", True)
@example({"a": {"a": 1}}, "", True)
@example({"b": "a", "id": {"a": "}"}}, " ", True)
def test_a_place_that_exists_is_found_alike(value: Any, blank: str, ascii_only: bool) -> None:
    """Every one of the document, however deep."""
    text = blank + json.dumps(value, ensure_ascii=ascii_only, separators=(f"{blank},", f":{blank}"))
    for path in _paths(value):
        quick = _plainly(text, path, exists=True)
        if quick is not None:
            assert quick == _find(text, [_unescaped(step) for step in path.split("/")[1:]])


def _paths(value: Any, path: str = "") -> Iterator[str]:
    yield path
    inner = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for step, one in inner:
        yield from _paths(one, f"{path}/{escape(str(step))}")


@pytest.mark.parametrize(
    ("data", "offset"), [(b'{"a": 1, "b":2}', 6), (b'{"b": {"a": 1}}', 0), ('{"ä":"é","a":1}'.encode(), 15)]
)
def test_offsets_count_bytes(data: bytes, offset: int) -> None:
    """With blanks, where only an inner object has such a name, and behind letters of two bytes."""
    assert offset_of(data, "/a") == offset
