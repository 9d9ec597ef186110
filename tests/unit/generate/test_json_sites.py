"""Places in the text of a JSON payload."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kcontract.generate.json_schema import parts_of
from kcontract.generate.kind import Parent
from kcontract.generate.kinds.json_sites import sites, with_raw
from kcontract.generate.payload import replaced
from kcontract.generate.written import body_of
from kcontract.model.record import Record
from tests.decoders.payloads import damaged_ground


@pytest.mark.parametrize(
    "value",
    [
        {"id": "x", "n": 1.5e20, "none": None, "yes": True, "last": []},
        {"": {"": {}}, "a/b~c": "ä", "größe": {"\"q\"": ["\u2028", {"z": [1, 2, 3]}, "never a place"]}},
        {}, [], [[]], [[], [{}], 3], "\U0001f600", 7, None,
    ],
)  # fmt: skip
def test_a_place_takes_any_bytes_and_all_around_it_stays(value: Any) -> None:
    """As if the value were written anew."""
    ground, body = damaged_ground("json", "true"), body_of(value)
    parent = Parent(Record(None, b"head" + body), b"head", body, value)
    places = sites(ground, parent)
    assert places
    for site in places:
        anew = json.dumps(replaced(value, parts_of(site.pointer), "here"), ensure_ascii=False, separators=(",", ":"))
        assert with_raw(parent, site.pointer, b'"here"').value == b"head" + anew.encode()
