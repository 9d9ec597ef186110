"""JSON text as generated records have it."""

from __future__ import annotations

from json import JSONEncoder, encoder
from typing import Any

_JSON = JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_pieces: Any = encoder.c_make_encoder(  # type: ignore[attr-defined]
    None, _JSON.default, encoder.encode_basestring, None, ":", ",", False, False, True
)
"""What a JSONEncoder makes anew for each text, which takes as long as a text of the usual size."""


def compact(value: Any) -> str:
    """The text of a JSON value, without blanks."""
    return "".join(_pieces(value, 0))


def body_of(value: Any) -> bytes:
    """The same in UTF-8."""
    return compact(value).encode()
