"""The Confluent frame and its header form."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcontract.model.record import Record
from kcontract.schema.problem import DecodeError
from kcontract.schema.wire import Framed, header, join, split, split_header, without_marks

_GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.binary(max_size=20))
def test_frames_come_apart_as_they_were_joined(schema_id: int, body: bytes) -> None:
    """Splitting is the inverse of joining."""
    assert split(join(schema_id, body)) == Framed(schema_id, None, body, 5)


@pytest.mark.parametrize(
    ("value", "code"), [(b"", "empty_value"), (b"\0\0", "short_header"), (b"\1\0\0\0\0", "bad_magic")]
)
def test_what_is_no_frame(value: bytes, code: str) -> None:
    """Each way of having no frame has its kind."""
    with pytest.raises(DecodeError) as caught:
        split(value)
    assert caught.value.code == code


def test_the_header_form() -> None:
    """A GUID in a header of its own, for values and for keys."""
    record = Record(b"k", b"v", (header(_GUID), header(_GUID, "key"), ("x", b"y")))
    assert split_header(record) == Framed(None, _GUID, b"v", 0)
    assert split_header(record, "key").body == b"k"
    assert without_marks(record.headers) == (("x", b"y"),)
