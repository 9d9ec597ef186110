"""The codes of malformed records that `malformed` may name (MALFORMED.md)."""

from __future__ import annotations

from kcontract.document import codes
from kcontract.document.leaves import text_of
from kcontract.document.mistakes import Refused, did_you_mean
from kcontract.document.shape import Leaf
from kcontract.document.yaml_nodes import ScalarNode

KIND_CODES = (
    "empty_value", "null_value", "short_header", "header_only", "bad_magic", "missing_header", "double_header",
    "unknown_schema_id", "foreign_schema_id", "wrong_format_id", "endian_swapped_id", "other_framing",
    "wrong_encoding", "truncated", "trailing_bytes", "concatenated", "bit_flip", "union_index_bad", "enum_index_bad",
    "length_bomb", "count_bomb", "depth_bomb", "overlong_varint", "invalid_utf8", "int_overflow",
    "logical_out_of_range", "decimal_abuse", "non_finite", "odd_encodings", "json_syntax", "json_nonstandard",
    "json_unicode", "json_numbers", "duplicate_keys", "depth_bomb_json", "wrong_root", "missing_required",
    "wrong_type", "out_of_bounds", "value_violation", "unexpected_property", "pathological_strings", "older_writer",
    "newer_writer", "new_symbol_or_branch", "incompatible_writer", "renamed", "reordered_fields", "registry_trouble",
    "key_damage", "key_payload_mismatch", "header_damage", "timestamp_weird", "exact_duplicate",
    "conflicting_duplicate", "out_of_order", "tombstone_sequence", "missing_predecessor", "poison_run", "near_limit",
    "over_fetch_size", "compression_bomb", "burst", "encoding",
)  # fmt: skip
_NAME = "the code of a kind, such as trailing_bytes"


def _kind(node: ScalarNode) -> str:
    text = text_of(node, _NAME)
    if text.partition(":")[0] not in KIND_CODES:
        fix = did_you_mean(text, KIND_CODES) if len(text) < 80 else ""
        raise Refused(
            codes.KIND_UNKNOWN, f"`{text[:80]}` is not a kind", fix if "mean" in fix else "see kcontract kinds"
        )
    return text


KIND = Leaf(_NAME, _kind, {"type": "string", "pattern": f"^({'|'.join(KIND_CODES)})(:.+)?$"})
