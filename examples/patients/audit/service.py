"""Audit: patient.created in, audit.recorded out, read with the stock AvroDeserializer."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from confluent_kafka.schema_registry import prefix_schema_id_deserializer, topic_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext
from fastavro.read import LOGICAL_READERS

from examples.patients.common.rules import check_created, correlation_id, instant
from examples.patients.common.worker import Event, Record, Rejected, Settings, Worker
from examples.patients.common.writer_schemas import WriterSchemas, registry_client

READER = Path("schemas/patients/patient_created.v2.avsc").read_text(encoding="utf-8")


class Audit(Worker):
    """One entry for each new patient."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        registry = registry_client(settings.registry)
        self.schemas = WriterSchemas(registry, f"{settings.topic}-value")
        self.deserialize = AvroDeserializer(
            registry,
            READER,
            conf={
                "subject.name.strategy": topic_subject_name_strategy,  # the default asks the registry once more
                "schema.id.deserializer": prefix_schema_id_deserializer,  # a header may name any id
            },
        )

    def handle(self, record: Record) -> list[Event]:
        event = self.decode(record)
        check_created(event, record)
        entry = self.entry(event, correlation_id(record))
        return [
            Event(
                self.settings.out,
                record.key,
                json.dumps(entry).encode(),
                [("correlation_id", entry["correlation_id"].encode())],
            )
        ]

    def decode(self, record: Record) -> dict[str, Any]:
        """The event. The writer schema is fetched first, so that registry trouble is not taken for a bad record."""
        value = record.value
        if value is None or len(value) < 5 or value[0] != 0:
            raise Rejected("not framed as magic byte and schema id")
        self.schemas.get(int.from_bytes(value[1:5], "big"))
        try:
            event = self.deserialize(value, SerializationContext(self.settings.topic, MessageField.VALUE))
        except Exception as error:  # EOFError, IndexError, UnicodeDecodeError, … : no one class covers them
            raise Rejected(f"not an event: {type(error).__name__}") from error
        if not isinstance(event, dict):
            raise Rejected("not a record")
        return event

    def entry(self, event: dict[str, Any], correlation: str) -> dict[str, Any]:
        return {
            "event_id": str(event["event_id"]),
            "correlation_id": correlation,
            "patient_id": str(event["patient_id"]),
            "name": event["name"],
            "birth_date": event["birth_date"].isoformat() if event["birth_date"] else None,
            "deposit": format(event["deposit"], "f"),
            "account_no": event["account_no"],
            "weight_kg": event["weight_kg"],
            "language": event["language"],
            "occurred_at": instant(event["occurred_at"]),
        }


def bounded_decimal(data: bytes, writer: dict[str, Any] | None, _reader: Any = None) -> Decimal:
    """A decimal within its precision. fastavro's own takes minutes for a megabyte of digits."""
    writer = writer or {}
    unscaled = int.from_bytes(data, "big", signed=True)
    if abs(unscaled) >= 10 ** writer["precision"]:
        raise ValueError("a decimal beyond its precision")
    return Decimal(unscaled).scaleb(-writer.get("scale", 0))


LOGICAL_READERS["bytes-decimal"] = bounded_decimal
