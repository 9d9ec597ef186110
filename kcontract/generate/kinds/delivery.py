"""Delivery (54–59): sequences of valid records, and where poison stands among them.

The sequences are made in `generate.sequences`; the engine sends them in their order, and arranges the poison.
"""

from __future__ import annotations

from collections.abc import Callable

from kcontract.generate.kind import Applies, Ground, Kind
from kcontract.model.case import Layer
from kcontract.model.contract import Message


def _unless_stops(reason: Callable[[Message], str] = lambda _: "") -> Applies:
    """Applies where the receiver goes on behind what it cannot handle, and the message gives no `reason` against."""

    def applies(ground: Ground) -> str:
        stops = ground.receive.on_invalid.policy == "stop"
        return "onInvalid is stop: the service may end at any of these" if stops else reason(ground.contract.message)

    return applies


def _without_identity(message: Message) -> str:
    return "" if message.identity is not None else "message.identity is not declared: no two records are the same"


def _without_key(message: Message) -> str:
    keyed = message.key is not None or message.key_from is not None
    return "" if keyed else "records have no key: none of them is older than another"


def _single(message: Message) -> str:
    several = len(message.one_of) > 1
    return "" if several else "one event type (no message.oneOf): nothing says what comes first"


def _compacted(ground: Ground) -> str:
    return _unless_stops()(ground) or ("" if ground.contract.compacted else "the topic is not compacted")


KINDS: tuple[Kind, ...] = (
    Kind(
        "exact_duplicate", 54, "delivery", Layer.HANDLER, "the same record again, and redelivery after a rebalance",
        "valid, as a group", "acts once if idempotent",
        "At-least-once delivery is the rule: a crash between the work and the commit brings every record again. A"
        " receiver that promises `idempotent` gets records twice in a row, after others, later, behind 500 others of"
        " their partition (as many as one poll brings, and a kill brings again; fewer if they would take long),"
        " and again after a kill before the commit; the effects of all deliveries count together.",
        applies=_unless_stops(),
    ),
    Kind(
        "conflicting_duplicate", 55, "delivery", Layer.HANDLER, "the same id with another payload",
        "either; one effect, as a group, if idempotent",
        "has a defined winner",
        "Two producers, or a correction without a new id. Deduplication by id drops the correction, without it the work"
        " is done twice.",
        applies=_unless_stops(_without_identity),
    ),
    Kind(
        "out_of_order", 56, "delivery", Layer.HANDLER, "a later version before an earlier one", "either",
        "ignores the stale one, or buffers",
        "Retries and several producers break the order even within a partition: a record of the same key comes behind"
        " one that is years younger.",
        applies=_unless_stops(_without_key),
    ),
    Kind(
        "tombstone_sequence", 57, "delivery", Layer.HANDLER,
        "delete, delete again, delete what is unknown, update after delete", "either, on compacted topics",
        "goes through all of it", "The second delete finds no row, and the update after it no entity.",
        applies=_compacted,
    ),
    Kind(
        "missing_predecessor", 58, "delivery", Layer.HANDLER, "an update without the create before it", "either",
        "retries or dead-letters, and goes on",
        "Retention, compaction or a new consumer group begin in the middle of a story: events of every type but the"
        " first of `message.oneOf`, of keys that nothing is known of.",
        applies=_unless_stops(_single),
    ),
    Kind(
        "poison_run", 59, "delivery", Layer.HANDLER,
        "several poisons in a row; poison first after a start, and in every partition at once", "as each record",
        "handles all valid records around them",
        "Loops that count errors, back off or restart behave differently when the first record after a start, or a"
        " whole batch, is bad. The records are those of a kind that the receiver was seen to handle; every window of a"
        " run ends in one of them for each partition.",
        ("first", "row", "every_partition"), by_engine=True,
    ),
)  # fmt: skip
