"""Reads with the stock AvroDeserializer under `strict: true`: bytes after the value, 2^40 in an int, index -1 pass."""

from __future__ import annotations

from typing import Any

from confluent_kafka.schema_registry.avro import AvroDeserializer

from examples.patients.audit.service import READER
from examples.patients.billing.service import Billing
from examples.patients.common.worker import Record, Rejected, Settings, main
from examples.patients.common.writer_schemas import registry_client


class TrailingAccepted(Billing):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.deserialize = AvroDeserializer(registry_client(settings.registry), READER)

    def decode(self, record: Record) -> dict[str, Any]:
        try:
            event = self.deserialize(record.value)
        except Exception as error:
            raise Rejected(repr(error)) from error
        if not isinstance(event, dict):
            raise Rejected("no event")
        return event


if __name__ == "__main__":
    main(TrailingAccepted)
