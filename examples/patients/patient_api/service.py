"""HTTP: what is refused changes nothing and publishes nothing; what is answered with success will be published."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import jsonschema_rs
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from examples.patients.patient_api.database import Patients
from examples.patients.patient_api.events import Publisher, fields, new_event
from examples.patients.patient_api.outbox import Outbox

NEW_PATIENT = jsonschema_rs.validator_for(
    json.loads(Path("schemas/patients/new_patient.json").read_text(encoding="utf-8")), validate_formats=True
)
LARGEST_BODY = 200_000


class PatientApi:
    """The service's three requests and its health."""

    def __init__(self, patients: Patients, publisher: Publisher) -> None:
        self.patients = patients
        self.publisher = publisher
        self.outbox = Outbox(patients, publisher)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/patients", self.post, methods=["POST"]),
                Route("/api/patients/{id}", self.put, methods=["PUT"]),
                Route("/api/patients/{id}", self.delete, methods=["DELETE"]),
                Route("/health", self.health),
            ],
            lifespan=self.lifespan,
        )

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        self.outbox.start()
        yield
        await run_in_threadpool(self.outbox.stop)

    async def post(self, request: Request) -> Response:
        patient = await body_of(request)
        patient_id = await run_in_threadpool(self.create, patient, correlation_of(request))
        return JSONResponse({**patient, "id": patient_id}, 201)

    async def put(self, request: Request) -> Response:
        patient = await body_of(request)
        patient_id = request.path_params["id"]
        await run_in_threadpool(self.update, patient_id, patient, correlation_of(request))
        return JSONResponse({**patient, "id": patient_id})

    async def delete(self, request: Request) -> Response:
        await run_in_threadpool(self.remove, request.path_params["id"], correlation_of(request))
        return Response(status_code=204)

    def health(self, _request: Request) -> Response:
        database = "connected" if self.patients.answers() else "error: not readable"
        kafka = self.publisher.connected()
        well = database == kafka == "connected"
        body = {"status": "ok" if well else "degraded", "service": "patient-api", "database": database, "kafka": kafka}
        return JSONResponse(body)

    def create(self, patient: dict[str, Any], correlation_id: str) -> str:
        """Patient and event are stored together, or neither; published as soon as the broker takes the event."""
        patient_id = str(uuid.uuid4())
        with self.patients.changing() as change:
            change.put(patient_id, patient)
            change.tell(new_event("patient.created", patient_id, correlation_id, patient))
        self.outbox.wake()
        return patient_id

    def update(self, patient_id: str, patient: dict[str, Any], correlation_id: str) -> None:
        with self.patients.changing() as change:
            if not change.holds(patient_id):
                raise HTTPException(404, "no such patient")
            change.put(patient_id, patient)
            change.tell(new_event("patient.updated", patient_id, correlation_id, patient))
        self.outbox.wake()

    def remove(self, patient_id: str, correlation_id: str) -> None:
        with self.patients.changing() as change:
            if not change.holds(patient_id):
                raise HTTPException(404, "no such patient")
            change.remove(patient_id)
            change.tell(new_event("patient.deleted", patient_id, correlation_id))
        self.outbox.wake()


async def body_of(request: Request) -> dict[str, Any]:
    """The patient in a request's body. Answers 400 for what is not JSON, 413, or 422 for what is not a patient."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LARGEST_BODY:
            raise HTTPException(413, "body too large")
    try:
        patient = json.loads(raw.decode(), parse_constant=_refuse)
        json.dumps(patient, ensure_ascii=False).encode()  # half a surrogate pair cannot be stored or published
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "the body is not JSON in UTF-8") from error
    try:
        NEW_PATIENT.validate(patient)
        fields(patient)
    except (jsonschema_rs.ValidationError, ValueError) as error:
        raise HTTPException(422, f"not a patient: {str(error).splitlines()[0][:200]}") from error
    return dict(patient)


def correlation_of(request: Request) -> str:
    """The caller's correlation id, or a new one."""
    return request.headers.get("x-correlation-id") or str(uuid.uuid4())


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
