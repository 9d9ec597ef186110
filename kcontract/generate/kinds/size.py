"""Size (60–63): records at the limits, and many at once. Made in `generate.sizes`; the engine sends the burst."""

from __future__ import annotations

from kcontract.generate.kind import Ground, Kind
from kcontract.generate.sizes import LARGEST, USUAL_FETCH, limit_of
from kcontract.model.case import Layer


def _in_reach(ground: Ground) -> str:
    limit = limit_of(ground.contract)
    return "" if limit <= LARGEST else f"max.message.bytes is {limit:,}: more than {LARGEST:,} bytes are not sent"


def _over_fetch(ground: Ground) -> str:
    limit = limit_of(ground.contract)
    if limit <= USUAL_FETCH:
        return f"max.message.bytes is {limit:,}: no record is larger than what clients fetch at once"
    return _in_reach(ground)


KINDS: tuple[Kind, ...] = (
    Kind(
        "near_limit", 60, "size", Layer.BROKER,
        "batches of max.message.bytes, a little below, and one byte above; letters of 0.5 and 1 MB",
        "valid up to the limit, refused by the broker above; letters invalid", "processes them",
        "What the broker takes, the consumer must fetch, decode, and be able to dead-letter with its headers added:"
        " its producer has a limit of its own (`max.request.size`, `message.max.bytes`). The record of one byte more"
        " shows that the broker's refusal reaches the producer.",
        ("half", "million", "below", "at", "over"), _in_reach,
    ),
    Kind(
        "over_fetch_size", 61, "size", Layer.RESOURCES, "a value larger than what clients fetch at once (1 MiB)",
        "valid", "still makes progress",
        "Brokers send the first record of a fetch whole, whatever the limit says; buffers sized by the limit overflow.",
        applies=_over_fetch,
    ),
    Kind(
        "compression_bomb", 62, "size", Layer.RESOURCES, "a record of 20 MB, some kB on the wire in a gzip batch",
        "either", "stays within its memory",
        "The size limit holds for the compressed batch. Decompressing it is the consumer's work.",
        applies=_in_reach, dangerous=True, on_request=True,
    ),
    Kind(
        "burst", 63, "size", Layer.RESOURCES,
        "hundreds of small records at once, one in a hundred poisoned; ten thousand where asked for by name",
        "as each record", "its lag returns to 0",
        "Throughput hides in the average: error handling that opens a connection for every bad record does not.",
        by_engine=True,
    ),
)  # fmt: skip
