"""On aiokafka: batches from getmany, outcomes awaited together, one commit."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from tests.lab.clients import ENV, LARGEST_RECORD, Rejected
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, correlation, read_order, with_error


async def main() -> None:
    """Work until SIGTERM."""
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    servers = ENV["BROKERS"]
    consumer = AIOKafkaConsumer(
        TOPIC, bootstrap_servers=servers, group_id=ENV["GROUP"], enable_auto_commit=False, auto_offset_reset="earliest"
    )
    producer = AIOKafkaProducer(bootstrap_servers=servers, enable_idempotence=True, max_request_size=LARGEST_RECORD)
    async with producer, consumer:
        while not stopping.is_set():
            batches = await consumer.getmany(timeout_ms=200, max_records=100)
            sent = [await send(producer, record) for batch in batches.values() for record in batch]
            await asyncio.gather(*sent)
            if sent:
                await consumer.commit()


async def send(producer: AIOKafkaProducer, record: Any) -> Any:
    """Queue a record's outcome; the future is done when the broker has it."""
    headers = list(record.headers)
    try:
        order = read_order(record.key, record.value, headers)
        return await producer.send(OUT, bill(order), record.key, headers=correlation(headers))
    except Rejected as error:
        return await producer.send(DLQ, record.value, record.key, headers=with_error(headers, error))


if __name__ == "__main__":
    asyncio.run(main())
