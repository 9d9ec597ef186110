"""Which kinds the probe phase tries."""

from __future__ import annotations

PROBES = (
    "wrong_encoding:text", "truncated:middle", "missing_required", "wrong_type", "json_syntax:truncated",
    "bad_magic:0xff", "unknown_schema_id:max_int", "wrong_root:array", "union_index_bad:beyond", "invalid_utf8",
    "value_violation", "out_of_bounds", "wrong_encoding:random", "empty_value",
)  # fmt: skip
"""Plainly invalid kinds, in the order in which probes are chosen from them."""
PROBE_COUNT = 4
