"""What our decoders say of damaged payloads, what it costs them, and what they must never do."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from kcontract.generate.catalogue import KINDS
from kcontract.model.case import Layer
from kcontract.schema.avro.decode import decode, scan
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.nodes import AvroSchema, Datum
from kcontract.schema.avro.parse import parse
from kcontract.schema.json.parse import scan_json
from kcontract.schema.json.validate import JsonSchema
from kcontract.schema.problem import DecodeError
from tests.decoders.payloads import Damaged

CODES = frozenset(kind.code for kind in KINDS)
MOST_MEMORY = 64 * 2**20
_DEAR = 2_000_000
"""Nanoseconds from which on a payload is measured again, and its memory too."""
_LONG = 10_000
Word = Literal["valid", "either", "invalid"]


@dataclass(frozen=True, slots=True)
class Said:
    """Our answer for one payload. `code` is that of the first problem of the worst sort, `datum` what was read."""

    word: Word
    code: str = ""
    datum: Any = None
    fatal: bool = False


@dataclass(slots=True)
class Cost:
    """Of all payloads: how many, CPU seconds, the dearest in microseconds and in memory, and what was wrong."""

    count: int = 0
    seconds: float = 0.0
    worst: int = 0
    worst_is: str = ""
    faults: list[str] = field(default_factory=list)
    peak: int = 0
    peak_is: str = ""

    def add(self, nanoseconds: int, payload: Damaged) -> None:
        """Count one payload."""
        self.count += 1
        self.seconds += nanoseconds / 1e9
        if nanoseconds // 1_000 > self.worst:
            self.worst = nanoseconds // 1_000
            self.worst_is = f"{payload.origin}, {len(payload.data)} bytes"


Reads = Callable[[bytes], tuple[Datum, Sequence[DecodeError], bool]]


def avro_reader(text: str) -> Reads:
    """Datum, problems and whether the reading ended early, of a payload of the Avro schema."""
    schema = parse(text)

    def read(data: bytes) -> tuple[Datum, Sequence[DecodeError], bool]:
        reading = scan(schema, data)
        return reading.datum, reading.problems, reading.fatal

    return read


def json_reader(text: str) -> Reads:
    """The same for JSON documents."""
    schema = JsonSchema(text)

    def read(data: bytes) -> tuple[Datum, Sequence[DecodeError], bool]:
        parsed = scan_json(data)
        more = () if parsed.fatal else schema.problems(parsed)
        return parsed.value, (*parsed.problems, *more), parsed.fatal

    return read


def tried(reads: Reads, payloads: Iterable[Damaged], cost: Cost) -> list[Said]:
    """Read all payloads. What must never be is noted in the cost's faults."""
    said = []
    for payload in payloads:
        start = time.thread_time_ns()
        try:
            datum, problems, fatal = reads(payload.data)
        except Exception as error:  # whatever it is, it is a crash
            cost.faults.append(f"{payload.origin} {payload.data[:60].hex()}: {error!r}")
            said.append(Said("either"))
            continue
        taken = time.thread_time_ns() - start
        if taken > _DEAR:  # twice more, or what the machine does beside it would be counted
            taken = min(taken, _again(reads, payload.data), _again(reads, payload.data))
        cost.add(taken, payload)
        if taken > _DEAR or len(payload.data) > _LONG:
            _weigh(reads, payload, cost)
        cost.faults += [f"{payload.origin} {payload.data[:60].hex()}: {words}" for words in _lacks(problems, payload)]
        said.append(_said(datum, problems, fatal=fatal))
    return said


def _again(reads: Reads, data: bytes) -> int:
    start = time.thread_time_ns()
    reads(data)
    return time.thread_time_ns() - start


def _weigh(reads: Reads, payload: Damaged, cost: Cost) -> None:
    """Read once more, counting memory."""
    tracemalloc.start()
    try:
        reads(payload.data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    if peak > cost.peak:
        cost.peak, cost.peak_is = peak, f"{payload.origin}, {len(payload.data)} bytes"
    if peak > MOST_MEMORY:
        cost.faults.append(f"{payload.origin} takes {peak:,} bytes")


def _said(datum: Datum, problems: Sequence[DecodeError], *, fatal: bool) -> Said:
    if not problems:
        return Said("valid", datum=datum)
    hard = [problem for problem in problems if not problem.soft]
    return Said("invalid" if hard else "either", (hard or problems)[0].code, datum, fatal)


def _lacks(problems: Sequence[DecodeError], payload: Damaged) -> Iterable[str]:
    """What a rejection must have and has not."""
    for problem in problems:
        if problem.code.partition(":")[0] not in CODES:
            yield f"unknown code {problem.code}"
        if not problem.reason:
            yield f"{problem.code} without a reason"
        if problem.offset is not None and not 0 <= problem.offset <= len(payload.data):
            yield f"{problem.code} at {problem.offset} of {len(payload.data)}"
        if problem.offset is None and problem.layer is not Layer.CONSTRAINTS and problem.code != "depth_bomb_json":
            yield f"{problem.code} without a place"


def inconsistent(schema: AvroSchema, data: bytes, said: Said) -> str:
    """In what the strict decoder differs from the lenient one, or the bytes from what was read; "" if in nothing."""
    try:
        strict = decode(schema, data, strict=True)
    except DecodeError as error:
        return "" if said.word != "valid" else f"strict refuses: {error.code}"
    if said.word != "valid":
        return f"strict accepts what is {said.word}: {said.code}"
    if strict != said.datum:
        return "strict reads another value"
    again = encode(schema, strict)
    return "" if again == data or decode(schema, again, strict=True) == strict else "it does not re-encode"


def avro_shot(text: str) -> Callable[[bytes], None]:
    """Raises AssertionError for bytes with which something is wrong, on one Avro schema."""
    schema, reads = parse(text), avro_reader(text)

    def shoot(data: bytes) -> None:
        said = _checked(reads, data)
        assert not (words := inconsistent(schema, data, said)), f"{words}: {data.hex()} {text}"

    return shoot


def json_shot(text: str) -> Callable[[bytes], None]:
    """The same for a JSON Schema."""
    reads = json_reader(text)

    def shoot(data: bytes) -> None:
        _checked(reads, data)

    return shoot


def _checked(reads: Reads, data: bytes) -> Said:
    datum, problems, fatal = reads(data)
    assert not (words := list(_lacks(problems, Damaged("guided", data)))), f"{words}: {data.hex()}"
    return _said(datum, problems, fatal=fatal)
