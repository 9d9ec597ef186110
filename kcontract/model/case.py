"""Cases: one generated record each, with what must happen to it."""

from __future__ import annotations

from enum import Enum

from kcontract.model.record import Record
from kcontract.model.value import Value

CASE_HEADER = "kcontract-case"
VALID_KIND = "valid"
_BOMB = "compression_bomb"


class Expectation(Enum):
    """ORACLE.md §1: decided on the final bytes by the strict and the lenient decoder."""

    VALID = "valid"
    INVALID = "invalid"
    EITHER = "either"


class Layer(Enum):
    """Where a defect should be noticed (MALFORMED.md)."""

    BROKER = "L0"
    FRAMING = "L1"
    REGISTRY = "L2"
    DECODE = "L3"
    RESOLUTION = "L4"
    CONSTRAINTS = "L5"
    ENVELOPE = "L6"
    HANDLER = "L7"
    RESOURCES = "L8"


class Rejection(Value, frozen=True):
    """Why the strict decoder refuses a record. `code` is the kind (`union_index_bad:negative`) that describes it."""

    layer: Layer
    code: str
    reason: str
    offset: int | None = None
    """Byte offset in the value, where there is one."""
    path: str = ""
    """Pointer into the payload, where there is one."""


class Expected(Value, frozen=True):
    """The oracle's answer for one record."""

    expectation: Expectation
    rejection: Rejection | None = None


class Role(Enum):
    """Why a record is in a window."""

    CASE = "case"
    HEALTHY = "healthy"
    """The valid record that opens each partition's share of a window."""
    SENTINEL = "sentinel"
    """The valid record that closes it: its effect shows that the partition still moves."""
    REPEAT = "repeat"
    """The same bytes as an earlier record: what comes of both is judged as a group."""
    MARKER = "marker"
    """The plainly invalid record behind the sentinel: its outcome shows that invalid ones were handled so far."""


class Case(Value, frozen=True):
    """One record to be sent.

    `id` is `N` for a case, and `N.D` for its D-th re-sending with fresh identity (`root` is N for both).
    `tokens` are the byte strings that make identity, correlation id and uuid fields unique; a re-sending replaces them.
    """

    id: str
    topic: str
    record: Record
    kind: str
    expectation: Expectation
    role: Role = Role.CASE
    partition: int | None = None
    """Explicit partition, only for records without a key or whose key hashes there."""
    rejection: Rejection | None = None
    tokens: tuple[bytes, ...] = ()
    parent: bytes | None = None
    """Value of the valid record that a mutant was made from."""
    envelope: Record | None = None
    """That record's key, headers and timestamp, where these are not the mutant's; no value."""
    note: str = ""
    """What was changed, in words: `dropped required /patient_id`."""

    @property
    def root(self) -> str:
        return self.id.partition(".")[0]

    @property
    def code(self) -> str:
        """The kind without its variant."""
        return self.kind.partition(":")[0]

    @property
    def compressed(self) -> bool:
        """Whether it goes in a compressed batch, because no other could hold it."""
        return self.kind == _BOMB
