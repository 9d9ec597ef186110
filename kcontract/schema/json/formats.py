"""Formats, strictly: the one spelling that every reader takes. What else is legal is *either* (ORACLE.md §1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII)
_HEX_AS_ZERO = bytes.maketrans(b"123456789abcdef", b"0" * 15)
_UUID = b"00000000-0000-0000-0000-000000000000"


def is_date(text: str) -> bool:
    """A full-date of RFC 3339 in the years 0001-9999."""
    if _DATE.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_time(text: str) -> bool:
    """A full-time of RFC 3339 with a capital Z or an offset, and no leap second."""
    return _TIME.fullmatch(text) is not None


def is_date_time(text: str) -> bool:
    """A date-time of RFC 3339 with capital T and Z."""
    return (_seen_before if len(text) <= _USUAL else _is_date_time)(text)


def _is_date_time(text: str) -> bool:
    return text[10:11] == "T" and is_date(text[:10]) and is_time(text[11:])


_USUAL = 40
_seen_before = lru_cache(maxsize=1024)(_is_date_time)
"""Records that are made from one another have their moments in common."""


def is_uuid(text: str) -> bool:
    """A UUID in lower case with hyphens."""
    return text.encode(errors="replace").translate(_HEX_AS_ZERO) == _UUID


STRICT: dict[str, Callable[[str], bool]] = {
    "date": is_date, "time": is_time, "date-time": is_date_time, "uuid": is_uuid,
}  # fmt: skip
"""Stricter than the RFCs; other formats are as jsonschema_rs has them."""

_YEAR_ZERO = re.compile(r"0000-")
_LEAP = re.compile(r"(:\d{2}):60", re.ASCII)


def harmless(text: str) -> str:
    """A date or time with year 0000 or second 60 made a plain one: these are *either*, even where formats bind."""
    return _LEAP.sub(r"\1:59", _YEAR_ZERO.sub("0004-", text, count=1) if text.startswith("0000-") else text)
