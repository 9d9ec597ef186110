"""Billing: patient.created in, invoice.opened out, dead letters for what breaks the contract."""

from __future__ import annotations

import json
import uuid
from io import BytesIO
from pathlib import Path
from typing import Any

from fastavro import schemaless_reader
from fastavro.schema import parse_schema

from examples.patients.billing.strict_avro import check
from examples.patients.common.rules import check_created, correlation_id, instant
from examples.patients.common.worker import Event, Record, Rejected, Settings, Worker
from examples.patients.common.writer_schemas import WriterSchemas, registry_client

MAGIC = 0
HEADER_BYTES = 5
READER = parse_schema(json.loads(Path("schemas/patients/patient_created.v2.avsc").read_text(encoding="utf-8")))
INVOICES = uuid.UUID("6f0b7d5e-3f43-4a39-8a0e-0c8d0c7e3b11")


class Billing(Worker):
    """One invoice for each new patient."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.schemas = WriterSchemas(registry_client(settings.registry), f"{settings.topic}-value")

    def handle(self, record: Record) -> list[Event]:
        event = self.decode(record)
        check_created(event, record)
        correlation = correlation_id(record)
        return [
            Event(
                self.settings.out,
                str(event["patient_id"]).encode(),
                json.dumps(self.invoice(event, correlation)).encode(),
                [("correlation_id", correlation.encode())],
            )
        ]

    def decode(self, record: Record) -> dict[str, Any]:
        """The event in the shape of our own schema, whichever version it was written with. Raises Rejected."""
        value = record.value
        if value is None or len(value) < HEADER_BYTES or value[0] != MAGIC:
            raise Rejected("not framed as magic byte and schema id")
        schema = self.schemas.get(int.from_bytes(value[1:HEADER_BYTES], "big"))
        body = value[HEADER_BYTES:]
        try:
            check(body, schema)
            event = schemaless_reader(BytesIO(body), schema, READER)
        except Exception as error:  # no one class covers what decoders raise
            raise Rejected(f"not an event of its schema: {error!r}") from error
        if not isinstance(event, dict):
            raise Rejected("not a record")
        return event

    def invoice(self, event: dict[str, Any], correlation: str) -> dict[str, Any]:
        """The invoice. Its id follows from the event's, so that an event that comes twice opens one invoice."""
        return {
            "invoice_id": str(uuid.uuid5(INVOICES, str(event["event_id"]))),
            "correlation_id": correlation,
            "patient": str(event["patient_id"]),
            "name": event["name"],
            "birth_date": event["birth_date"].isoformat() if event["birth_date"] else None,
            "insurance": event["insurance"],
            "contact": event["contact"],
            "diagnoses": event["diagnoses"],
            "labels": event["labels"],
            "deposit": format(event["deposit"], "f"),
            "account_no": event["account_no"],
            "weight_kg": event["weight_kg"],
            "visits": event["visits"],
            "language": event["language"],
            "occurred_at": instant(event["occurred_at"]),
        }
