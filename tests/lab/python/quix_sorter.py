"""On Quix Streams, in bytes; it commits at checkpoints."""

from __future__ import annotations

import tempfile
from typing import Any

from confluent_kafka import Producer
from quixstreams import Application

from tests.lab.python.parcel import BROKERS, DLQ, GROUP, LARGEST_RECORD, OUT, TOPIC, VARIANT, Rejected, read


def main() -> None:
    """Work until SIGTERM."""
    app = Application(
        broker_address=BROKERS,
        consumer_group=GROUP,
        auto_offset_reset="earliest",
        auto_create_topics=False,
        commit_interval=1.0,
        on_processing_error=lambda *_: VARIANT == "ignores_errors",
        producer_extra_config={"message.max.bytes": LARGEST_RECORD},
        state_dir=tempfile.mkdtemp(),
        loglevel="WARNING",
    )
    letters = Producer({"bootstrap.servers": BROKERS, "message.max.bytes": LARGEST_RECORD})
    raw: dict[str, Any] = {"key_serializer": "bytes", "value_serializer": "bytes"}
    came = app.topic(TOPIC, key_deserializer="bytes", value_deserializer="bytes")
    goes = app.topic(OUT, **raw)

    def valid(value: Any, key: Any, _timestamp: Any, headers: Any) -> bool:
        try:
            read(key, value, headers)
        except Rejected:
            if VARIANT != "good":
                raise
            letters.produce(DLQ, value, key, headers=headers or [])
            if letters.flush(30):
                raise SystemExit("the broker does not take the dead letter") from None
            return False
        return True

    app.dataframe(came).filter(valid, metadata=True).to_topic(goes)
    app.run()


if __name__ == "__main__":
    main()
