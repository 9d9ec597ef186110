"""Size (60–63): records at the limits, and many at once."""

from __future__ import annotations

from kcontract.generate.kind import Kind
from kcontract.model.case import Layer

KINDS: tuple[Kind, ...] = (
    Kind(
        "near_limit", 60, "size", Layer.BROKER, "values at max.message.bytes, one below, one above",
        "valid below, refused by the broker above", "processes them",
        "What the broker takes, the consumer must fetch, decode, and be able to dead-letter with its headers added.",
        generated=False,
    ),
    Kind(
        "over_fetch_size", 61, "size", Layer.RESOURCES, "a value larger than the consumer's fetch.max.bytes", "valid",
        "still makes progress",
        "Brokers send the first record of a fetch whole, whatever the limit says; buffers sized by the limit overflow.",
        generated=False,
    ),
    Kind(
        "compression_bomb", 62, "size", Layer.RESOURCES, "a batch of zeros, small on the wire, 10 to 100 MB in memory",
        "valid", "stays within its memory",
        "The size limit holds for the compressed batch. Decompressing it is the consumer's work.", generated=False,
        dangerous=True,
    ),
    Kind(
        "burst", 63, "size", Layer.RESOURCES, "ten thousand small records at once, one in a hundred poisoned",
        "as each record", "its lag returns to 0",
        "Throughput hides in the average: error handling that opens a connection for every bad record does not.",
        generated=False,
    ),
)  # fmt: skip
