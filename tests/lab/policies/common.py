"""What these services share: settings of their clients, and the strict reading of a request."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import jsonschema_rs

from tests.lab.clients import ENV, Headers, Rejected

VARIANT = ENV.get("VARIANT", "good")
_REQUEST = jsonschema_rs.validator_for(
    json.loads(Path(__file__).with_name("schemas").joinpath("request.json").read_text())
)


def header(headers: Headers | None, name: str) -> str:
    """The last header of that name as text. Raises Rejected for none, or one that is no text."""
    found = [value for key, value in headers or () if key == name]
    try:
        text = (found[-1] if found else b"") or b""
        if text:
            return str(text.decode())
    except UnicodeDecodeError as error:
        raise Rejected(f"header {name} is not UTF-8") from error
    raise Rejected(f"header {name} is missing")


def read_request(value: bytes | None) -> dict[str, Any]:
    """A request. Raises Rejected for whatever is not exactly one, in JSON and in UTF-8."""
    try:
        request = json.loads((value or b"").decode(), parse_constant=_refuse)
        json.dumps(request, ensure_ascii=False, allow_nan=False).encode()
        _REQUEST.validate(request)
        uuid.UUID(request["request_id"])
    except (ValueError, RecursionError, jsonschema_rs.ValidationError) as error:
        raise Rejected(f"not a request: {type(error).__name__}") from error
    return dict(request)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
