"""Publishes before it checks: a request that is refused has its event all the same."""

from __future__ import annotations

import json
import uuid
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from examples.patients.patient_api.__main__ import main
from examples.patients.patient_api.events import fields, new_event
from examples.patients.patient_api.service import PatientApi, correlation_of


class Phantom(PatientApi):
    async def post(self, request: Request) -> Response:
        raw = await request.body()
        try:
            return await super().post(request)
        except HTTPException:
            await run_in_threadpool(self.publish_anyway, raw, correlation_of(request))
            raise

    def publish_anyway(self, raw: bytes, correlation_id: str) -> None:
        try:
            patient: dict[str, Any] = json.loads(raw)
            fields(patient)
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
            return
        self.publisher.publish(new_event("patient.created", str(uuid.uuid4()), correlation_id, patient))


if __name__ == "__main__":
    main(Phantom)
