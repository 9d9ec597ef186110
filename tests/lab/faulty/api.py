"""The patient service with a defect that only a fault shows, chosen by VARIANT; `good` is the example's own."""

from __future__ import annotations

import os
import time
import uuid
from typing import Any

from confluent_kafka import Producer
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from examples.patients.patient_api.__main__ import main
from examples.patients.patient_api.events import Headers, NotPublishedError, Publisher, new_event
from examples.patients.patient_api.service import PatientApi


class Lies(PatientApi):
    """Well, whatever happens."""

    def health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok", "service": "patient-api"})


class Blocks(PatientApi):
    """Publishes within the request, however long that takes."""

    def create(self, patient: dict[str, Any], correlation_id: str) -> str:
        patient_id = str(uuid.uuid4())
        with self.patients.changing() as change:
            change.put(patient_id, patient)
            self.publisher.publish(new_event("patient.created", patient_id, correlation_id, patient))
        return patient_id


class Careless(Publisher):
    """Nobody looks at what became of an event."""

    def send(self, topic: str, key: bytes, value: dict[str, Any], headers: Headers) -> None:
        try:
            super().send(topic, key, value, headers)
        except NotPublishedError:
            return


class Hasty(Careless):
    """Nor waits for it: the client gives up after a second."""

    def __init__(self, brokers: str, registry: str, prefix: str = "") -> None:
        super().__init__(brokers, registry, prefix)
        self.producer = Producer({"bootstrap.servers": brokers, "message.timeout.ms": 1000, "linger.ms": 0})


class Repeats(Publisher):
    """Gives up early, and tries again: what the broker has taken without our knowing comes twice."""

    def __init__(self, brokers: str, registry: str, prefix: str = "") -> None:
        super().__init__(brokers, registry, prefix)
        self.producer = Producer({"bootstrap.servers": brokers, "enable.idempotence": False, "linger.ms": 0})


class Slow(PatientApi):
    """Slower than the others, and right."""

    def create(self, patient: dict[str, Any], correlation_id: str) -> str:
        time.sleep(0.2)
        return super().create(patient, correlation_id)


APIS: dict[str, type[PatientApi]] = {"lies": Lies, "blocks": Blocks, "slow": Slow}
PUBLISHERS: dict[str, type[Publisher]] = {"careless": Careless, "hasty": Hasty, "repeats": Repeats}

if __name__ == "__main__":
    variant = os.environ["VARIANT"]
    main(APIS.get(variant, PatientApi), PUBLISHERS.get(variant, Publisher))
