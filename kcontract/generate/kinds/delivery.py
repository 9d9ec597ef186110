"""Delivery (54–59): sequences of valid records, and where poison stands among them. Sent by the engine."""

from __future__ import annotations

from kcontract.generate.kind import Kind
from kcontract.model.case import Layer

KINDS: tuple[Kind, ...] = (
    Kind(
        "exact_duplicate", 54, "delivery", Layer.HANDLER, "the same record again, and redelivery after a rebalance",
        "valid, as a group", "acts once if idempotent",
        "At-least-once delivery is the rule: a crash between the work and the commit brings every record again.",
        generated=False,
    ),
    Kind(
        "conflicting_duplicate", 55, "delivery", Layer.HANDLER, "the same id with another payload", "valid, as a group",
        "has a defined winner",
        "Two producers, or a correction without a new id. Deduplication by id drops the correction, without it the work"
        " is done twice.",
        generated=False,
    ),
    Kind(
        "out_of_order", 56, "delivery", Layer.HANDLER, "a later version before an earlier one", "valid",
        "ignores the stale one, or buffers",
        "Retries and several producers break the order even within a partition.", generated=False,
    ),
    Kind(
        "tombstone_sequence", 57, "delivery", Layer.HANDLER,
        "delete, delete again, delete what is unknown, update after delete", "valid on compacted topics",
        "goes through all of it", "The second delete finds no row, and the update after it no entity.", generated=False,
    ),
    Kind(
        "missing_predecessor", 58, "delivery", Layer.HANDLER, "an update without the create before it", "valid",
        "retries or dead-letters, and goes on",
        "Retention, compaction or a new consumer group begin in the middle of a story.", generated=False,
    ),
    Kind(
        "poison_run", 59, "delivery", Layer.HANDLER,
        "several poisons in a row; poison first, last, and in every partition", "as each record",
        "handles all valid records around them",
        "Loops that count errors, back off or restart behave differently when the first record after a start, or a"
        " whole"
        " batch, is bad. The engine arranges these windows from the records of the other kinds.",
        ("first", "last", "row", "every_partition"), generated=False,
    ),
)  # fmt: skip
