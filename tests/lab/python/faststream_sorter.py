"""On FastStream with confluent-kafka: a subscriber that takes bytes, and answers by hand."""

from __future__ import annotations

import asyncio
from typing import Any, Literal
from uuid import UUID

from confluent_kafka import Producer
from faststream import AckPolicy, FastStream
from faststream.confluent import KafkaBroker
from faststream.confluent.annotations import KafkaMessage
from pydantic import BaseModel, Field, ValidationError

from tests.lab.python.parcel import BROKERS, DLQ, GROUP, LARGEST_RECORD, OUT, TOPIC, VARIANT, Rejected, read

broker = KafkaBroker(BROKERS)
producer = Producer({"bootstrap.servers": BROKERS, "message.max.bytes": LARGEST_RECORD})
"""FastStream's own knows neither null nor two headers of one name."""
POLICY = {"nacks": AckPolicy.NACK_ON_ERROR, "rejects": AckPolicy.REJECT_ON_ERROR}.get(VARIANT, AckPolicy.MANUAL)


class Parcel(BaseModel):
    """What pydantic makes of a parcel when it is not told to be strict: "5" is 5, "yes" is true."""

    parcel_id: UUID
    number: int = Field(ge=0, lt=1 << 63)
    recipient: str = Field(min_length=1, max_length=60)
    express: bool
    status: Literal["NEW", "PAID"]
    weight: float | None = Field(None, ge=0)
    note: str | None = None


@broker.subscriber(TOPIC, group_id=GROUP, auto_offset_reset="earliest", ack_policy=POLICY, no_reply=True)
async def sort(message: KafkaMessage) -> None:
    """Send a parcel on, byte for byte, or its dead letter."""
    record = message.raw_message
    assert not isinstance(record, tuple)
    key, value, headers = record.key(), record.value(), record.headers() or []
    try:
        if VARIANT == "pydantic":
            Parcel.model_validate_json(value or b"")
        else:
            read(key, value, headers)
    except (Rejected, ValidationError):
        if POLICY is not AckPolicy.MANUAL:
            raise
        await send(DLQ, key, value, headers)
    else:
        await send(OUT, key, value, headers)
    if POLICY is AckPolicy.MANUAL:
        await message.ack()


async def send(topic: str, key: bytes | None, value: bytes | None, headers: Any) -> None:
    """Return when the broker has it."""
    producer.produce(topic, value, key, headers=headers)
    if await asyncio.to_thread(producer.flush, 30):
        raise SystemExit("the broker does not take the outcome")


if __name__ == "__main__":
    asyncio.run(FastStream(broker).run())
