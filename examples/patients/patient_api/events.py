"""The events of the patient service: one envelope, Avro on the Confluent wire, acknowledged before anyone goes on."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.schema_registry import SchemaRegistryClient, topic_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

Headers = list[tuple[str, str | bytes | None]]
SCHEMAS = {
    "patient.created": "schemas/patients/patient_created.v2.avsc",
    "patient.updated": "schemas/patients/patient_updated.avsc",
    "patient.deleted": "schemas/patients/patient_deleted.avsc",
}
DELIVERY_SECONDS = 120


class NotPublishedError(Exception):
    """The broker or the registry did not take the event."""


class Publisher:
    """Sends events and waits for the acknowledgement."""

    def __init__(self, brokers: str, registry: str, prefix: str = "") -> None:
        self.prefix = prefix
        self.producer = Producer(
            {
                "bootstrap.servers": brokers,
                "enable.idempotence": True,
                "linger.ms": 0,
                "delivery.timeout.ms": DELIVERY_SECONDS * 1000,
            }
        )
        client = SchemaRegistryClient({"url": registry, "timeout": 3, "max.retries": 1})
        # Schemas are registered when a version is released, never by a running service.
        conf = {"auto.register.schemas": False, "subject.name.strategy": topic_subject_name_strategy}
        self.serializers = {
            topic: AvroSerializer(client, Path(file).read_text(encoding="utf-8"), conf=conf)
            for topic, file in SCHEMAS.items()
        }

    def publish(self, event: dict[str, Any]) -> None:
        """An event that `new_event` has made. Raises NotPublishedError if it is not in the log for certain."""
        patient = event["patient"]
        value = {**envelope(event), **(fields(patient) if patient is not None else {})}
        headers: Headers = [("correlation_id", event["correlation_id"].encode())]
        self.send(event["event_type"], event["patient_id"].encode(), value, headers)

    def send(
        self, topic: str, key: bytes, value: dict[str, Any], headers: list[tuple[str, str | bytes | None]]
    ) -> None:
        outcomes: list[KafkaError | None] = []
        context = SerializationContext(self.prefix + topic, MessageField.VALUE)
        try:
            encoded = self.serializers[topic](value, context)
            self.producer.produce(
                self.prefix + topic,
                key=key,
                value=encoded,
                headers=headers,
                on_delivery=lambda error, _: outcomes.append(error),
            )
            self.producer.flush()
        except (KafkaException, BufferError) as error:
            raise NotPublishedError(str(error)) from error
        except Exception as error:  # no answer from the registry: whatever its HTTP client raises
            raise NotPublishedError(repr(error)) from error
        for outcome in outcomes or [KafkaError(KafkaError._TIMED_OUT)]:
            if outcome is not None:
                raise NotPublishedError(outcome.str())

    def connected(self) -> str:
        """`connected`, or what is wrong."""
        try:
            self.producer.list_topics(timeout=1)
        except KafkaException as error:
            return f"error: {error.args[0].str()}"
        return "connected"


def new_event(
    event_type: str, patient_id: str, correlation_id: str, patient: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What happened, as it waits in the outbox: its id and time stay the same however often it is tried."""
    return {
        "event_id": str(uuid.uuid4()),
        "event_type": event_type,
        "occurred_at": datetime.now(UTC).isoformat(),
        "correlation_id": correlation_id,
        "patient_id": patient_id,
        "patient": patient,
    }


def envelope(event: dict[str, Any]) -> dict[str, Any]:
    """What every event begins with."""
    return {
        "event_id": uuid.UUID(event["event_id"]),
        "event_type": event["event_type"],
        "occurred_at": datetime.fromisoformat(event["occurred_at"]),
        "correlation_id": event["correlation_id"],
        "patient_id": uuid.UUID(event["patient_id"]),
    }


def fields(patient: dict[str, Any]) -> dict[str, Any]:
    """A checked request body in the types of the event's schema, with what the body may leave out."""
    born = patient.get("birth_date")
    return {
        "name": patient["name"],
        "birth_date": date.fromisoformat(born) if born else None,
        "insurance": patient["insurance"],
        "contact": contact(patient.get("contact")),
        "diagnoses": patient.get("diagnoses", []),
        "labels": patient.get("labels", {}),
        "deposit": Decimal(patient.get("deposit", "0.00")),
        "account_no": int(patient.get("account_no", 0)),
        "weight_kg": float(patient.get("weight_kg", 0)),
        "visits": int(patient.get("visits", 0)),
        "language": patient.get("language", "de"),
    }


def contact(given: dict[str, Any] | None) -> tuple[str, dict[str, Any]] | None:
    """The branch of the union, by name: which one fits is not left to the encoder."""
    if given is None:
        return None
    return ("patients.Email" if "address" in given else "patients.Phone", given)
