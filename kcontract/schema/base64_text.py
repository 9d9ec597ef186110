"""Base64 as text: the JSON form of bytes."""

from __future__ import annotations

from base64 import b64encode


def encode_base64(raw: bytes) -> str:
    """RFC 4648 §4, with padding."""
    return b64encode(raw).decode("ascii")
