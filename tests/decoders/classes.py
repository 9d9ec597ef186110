"""Where Java's decoders and our strict ones disagree, in classes, each with its reason and who is right."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from kcontract.schema.avro.decode import decode
from kcontract.schema.avro.nodes import AvroSchema
from kcontract.schema.problem import DecodeError
from tests.decoders.java_side import Answer
from tests.decoders.payloads import Damaged
from tests.decoders.trial import Said

Reads = Callable[[bytes], Any]

_RAW = "Java's generic reader hands out the raw value"
AVRO = {
    "trailing_bytes": "Avro has no end mark, and the specification says nothing of what follows a datum: open",
    "concatenated": "as trailing_bytes: open",
    "overlong_varint": "Java takes up to ten bytes. \"Binary encoding\" does not ask for the shortest form: open",
    "int_overflow": "Java drops the upper bits. An int has 32 (\"Primitive Types\"): ours is right",
    "union_index_bad:wrapped": "as int_overflow: of an index beyond 32 bits Java takes the lower ones: ours is right",
    "enum_index_bad:wrapped": "as union_index_bad:wrapped: ours is right",
    "odd_encodings:boolean": "a boolean is 0 or 1 (\"Binary encoding\"); Java reads others as false: ours is right",
    "odd_encodings:map_key": "no section forbids a key twice; Java keeps the last: open",
    "odd_encodings:block_size": "the size is for skipping (\"Arrays\"); who does not skip need not look: open",
    "odd_encodings:block_count": "-2^63 has no absolute value in a long; no section speaks of it: open",
    "logical_out_of_range": f"{_RAW}; a reader may ignore logical types (\"Logical Types\"): both are right",
    "decimal_abuse": f"{_RAW}; a reader may ignore logical types (\"Logical Types\"): both are right",
    "non_finite": "IEEE 754 values are legal (\"Primitive Types\"): Java is right; we note them, for JSON has none",
    "depth_bomb": "no section limits depth: Java is right up to its stack; the limit is ours",
    "count_bomb:large": "no section limits them: Java is right up to its heap; the limit is ours",
    "invalid_utf8": "a string is UTF-8 (\"Primitive Types\"); Java keeps the bytes, or U+FFFD for them: ours is right",
}  # fmt: skip
"""Code of the strict decoder's refusal, of what Java reads → why, by the sections of the Avro 1.12 specification."""

JSON = {
    "json_nonstandard:bom": "a parser may ignore a mark rather than refuse it (RFC 8259 §8.1): both are right",
    "json_nonstandard:utf16": "text between systems must be UTF-8 (RFC 8259 §8.1): ours is right",
    "duplicate_keys": "names should be unique (RFC 8259 §4); Jackson keeps the last: open",
    "json_unicode:lone_surrogate": "the grammar allows it (RFC 8259 §8.2), Unicode does not: open",
    "json_numbers": "a parser may limit range and precision (RFC 8259 §6): open",
    "depth_bomb_json": "a parser may limit depth (RFC 8259 §9); Jackson does at 1,000, we at 64: open",
    "json_unicode": "not UTF-8 (RFC 3629 §3, §4), which Jackson does not check in full: ours is right",
}  # fmt: skip


class Disagreement(NamedTuple):
    """One payload that only one of the two refuses, or that they read differently, and for which there is no class."""

    what: str
    payload: Damaged
    schema: str


class Tally:
    """Counts what agrees, and the classes of what does not."""

    def __init__(self, known: dict[str, str]) -> None:
        self._known = known
        self.agreed: Counter[str] = Counter()
        self.classes: Counter[tuple[str, str]] = Counter()
        self.unexplained: list[Disagreement] = []

    def add(
        self, schema: str, payloads: Sequence[Damaged], ours: Sequence[Said], java: Sequence[Answer], reads: Reads
    ) -> None:
        """Compare the answers for the payloads of one schema. `reads` reads what Java wrote anew."""
        for payload, said, answer in zip(payloads, ours, java, strict=True):
            what = _differs(said, answer, reads)
            if not what:
                self.agreed["both read the same" if answer.read else "both refuse"] += 1
                continue
            known = next((code for code in (said.code, said.code.partition(":")[0]) if code in self._known), "")
            if not known or (said.word == "valid" and answer.read):
                self.unexplained.append(Disagreement(what, payload, schema))
            else:
                self.classes[known, what] += 1


def _differs(said: Said, answer: Answer, reads: Reads) -> str:
    """In what the strict decoder and Java differ; "" if in nothing."""
    if not answer.read:
        reason = answer.said.decode(errors="replace").partition(":")[0]
        return f"ours accepts, Java refuses: {reason}" if said.word == "valid" else ""
    same = said.fatal or _same(reads(answer.said), said.datum)
    if said.word == "valid":
        return "" if same and not answer.left else "both accept, and read other values"
    return (
        "ours refuses, Java reads" + ("" if same else " something else") + (", and stops early" if answer.left else "")
    )


def _same(one: Any, other: Any) -> bool:
    return repr(one) == repr(other) or bool(one == other)


def avro_reads(schema: AvroSchema) -> Reads:
    """Reads Java's Avro."""

    def read(data: bytes) -> Any:
        try:
            return decode(schema, data, strict=False)
        except DecodeError as error:
            return error

    return read


def json_reads(data: bytes) -> Any:
    """Reads Java's JSON."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        return error
