"""Formats, strictly: one spelling each."""

from __future__ import annotations

import pytest

from kcontract.schema.json.formats import STRICT

_UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize(
    ("name", "text", "fits"),
    [
        ("uuid", _UUID, True),
        ("uuid", "00000000-0000-0000-0000-000000000000", True),
        ("uuid", _UUID.upper(), False),
        ("uuid", _UUID.replace("-", ""), False),
        ("uuid", _UUID.replace("b", "g"), False),
        ("uuid", f"{_UUID}\n", False),
        ("uuid", _UUID.replace("0", "\u0660"), False),
        ("uuid", _UUID.replace("0", "\ud800"), False),
        ("date", "2024-02-29", True),
        ("date", "0001-01-01", True),
        ("date", "2023-02-29", False),
        ("date", "0000-01-01", False),
        ("date", "20240229", False),
        ("date", "2024-W01-1", False),
        ("date", "\u0662024-01-01", False),
        ("date-time", "2024-02-29T12:30:15Z", True),
        ("date-time", "2024-02-29T12:30:15.123456789+01:00", True),
        ("date-time", "2024-02-30T12:30:15Z", False),
        ("date-time", "2024-02-29t12:30:15Z", False),
        ("date-time", "2024-02-29T23:59:60Z", False),
    ],
)
def test_one_spelling_fits(name: str, text: str, fits: bool) -> None:
    assert STRICT[name](text) is fits
