"""On aiokafka: batches from getmany, outcomes awaited together, one commit."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from tests.lab.python.parcel import BROKERS, DLQ, GROUP, LARGEST_RECORD, OUT, TOPIC, VARIANT, Rejected, read


async def main() -> None:
    """Work until SIGTERM."""
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    by_timer = VARIANT == "auto_commit"
    consumer = AIOKafkaConsumer(
        TOPIC, bootstrap_servers=BROKERS, group_id=GROUP, enable_auto_commit=by_timer, auto_offset_reset="earliest"
    )
    producer = AIOKafkaProducer(bootstrap_servers=BROKERS, enable_idempotence=True, max_request_size=LARGEST_RECORD)
    async with producer, consumer:
        while not stopping.is_set():
            batches = await consumer.getmany(timeout_ms=200, max_records=100)
            if batches and VARIANT == "commits_first":
                await consumer.commit()
            await asyncio.gather(*[await send(producer, record) for batch in batches.values() for record in batch])
            if batches and not by_timer:
                await consumer.commit()


async def send(producer: AIOKafkaProducer, record: Any) -> Any:
    """Queue a record's outcome; the future is done when the broker has it."""
    headers = list(record.headers)
    try:
        read(record.key, record.value, headers)
        if VARIANT == "ascii_only":
            record.value.decode("ascii")
        value = record.value.lower() if VARIANT == "lower_case" else record.value
        return await producer.send(OUT, value, record.key, headers=headers)
    except (Rejected, UnicodeDecodeError) as error:
        if VARIANT == "commits_first":
            raise
        letter = {"error": str(error), "value": repr(record.value)}
        value = repr(letter).encode() if VARIANT == "wraps" else record.value
        return await producer.send(DLQ, value, record.key, headers=headers)


if __name__ == "__main__":
    asyncio.run(main())
