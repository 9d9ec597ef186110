"""From problems to an expectation: the tolerances of ORACLE.md §1 and what a contract's `malformed` changes in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from kcontract.model.case import Expectation, Expected, Layer, Rejection
from kcontract.model.contract import Malformed
from kcontract.schema.problem import DecodeError

STRICT_CODES = (
    "double_header", "trailing_bytes", "concatenated", "union_index_bad:negative", "enum_index_bad:negative",
    "overlong_varint", "int_overflow", "decimal_abuse", "odd_encodings", "json_nonstandard:bom", "duplicate_keys",
)  # fmt: skip
"""What `malformed: {strict: true}` makes invalid, and nothing else: rows 7, 15, 16, 18 and 19 with index -1, 23, 25,
27, what is illegal of 29, BOM of 31, 34."""

_OUR_LIMITS = ("count_bomb:budget",)
"""Where our own reading stopped: no contract can make that anybody else's fault."""

Locate = Callable[[str], int | None]
_VALID = Expected(Expectation.VALID)

_TIES: dict[str, tuple[str, ...]] = {
    "bad_magic": ("wrong_encoding", "other_framing", "missing_header"),
    "missing_header": ("bad_magic", "wrong_encoding", "other_framing"),
    "wrong_encoding": ("bad_magic", "other_framing", "missing_header"),
    "unknown_schema_id": ("endian_swapped_id", "other_framing", "missing_header", "wrong_encoding"),
    "truncated": ("header_only", "length_bomb", "count_bomb"),
    "header_only": ("truncated",),
    "trailing_bytes": ("concatenated", "double_header"),
    "concatenated": ("trailing_bytes",),
    "json_syntax": ("wrong_encoding", "depth_bomb_json", "json_nonstandard"),
    "empty_value": ("json_syntax",),
    "json_unicode": ("wrong_encoding", "json_nonstandard"),
    "json_nonstandard": ("wrong_encoding", "json_unicode", "json_numbers"),
    "json_numbers": ("json_nonstandard",),
    "wrong_root": ("wrong_type", "wrong_encoding"),
    "incompatible_writer": ("renamed", "newer_writer", "older_writer"),
    "renamed": ("incompatible_writer",),
    "newer_writer": ("new_symbol_or_branch", "incompatible_writer", "renamed", "reordered_fields"),
    "value_violation": ("out_of_bounds", "pathological_strings"),
    "out_of_bounds": ("value_violation", "pathological_strings"),
}
"""Kinds that may look the same on the wire: here the kind that made the record has the say in naming."""


@lru_cache(maxsize=4096)
def base(code: str) -> str:
    """The kind without its variant."""
    return code.partition(":")[0]


class Policy:
    """The tolerances of one contract and receiver."""

    def __init__(self, malformed: Malformed) -> None:
        self._malformed = malformed
        self._ruling = lru_cache(maxsize=4096)(self._look_up)

    def expected(self, problems: Sequence[DecodeError], hint: str, locate: Locate | None = None) -> Expected:
        """What must happen to a record with these problems. `hint`: the kind that made it, for naming only. `locate`:
        where in the bytes of the value that stands which a pointer names, for problems without an offset of their own.
        """
        if not problems:
            return _VALID
        if len(problems) > 1:
            problems = sorted(problems, key=lambda each: base(each.code) != base(hint))
        softest: Rejection | None = None
        for problem in problems:
            code, ruled = self._ruling(problem.code, hint)
            if ruled or (ruled is None and not problem.soft):
                return Expected(Expectation.INVALID, _rejection(problem, code, locate))
            softest = softest or _rejection(problem, code, locate)
        return Expected(Expectation.EITHER, softest)

    def _look_up(self, code: str, hint: str) -> tuple[str, bool | None]:
        """How a problem is called in a record of that kind, and what the contract says of it."""
        name = hint if base(hint) in _TIES.get(base(code), ()) else code  # where the bytes do not tell the two apart
        return name, False if name in _OUR_LIMITS else _ruled(self._malformed, name)


def _rejection(problem: DecodeError, code: str, locate: Locate | None) -> Rejection:
    offset = problem.offset
    if offset is None and locate is not None and problem.layer is Layer.CONSTRAINTS:
        offset = locate(problem.path)
    return Rejection(problem.layer, code, problem.reason, offset, problem.path)


def _ruled(malformed: Malformed, code: str) -> bool | None:
    """What the contract says of a code: True invalid, False either, None nothing. The variant beats the kind."""
    for name in (code, base(code)):
        if name in malformed.invalid:
            return True
        if name in malformed.either or name in malformed.exclude:
            return False
    if malformed.strict and (code in STRICT_CODES or base(code) in STRICT_CODES):
        return True
    return None
