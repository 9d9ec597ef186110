"""Publishes before it looks: a request that is refused has its event all the same."""

from __future__ import annotations

import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from examples.patients.patient_api.__main__ import main
from examples.patients.patient_api.events import fields
from examples.patients.patient_api.service import PatientApi


class Phantom(PatientApi):
    async def post(self, request: Request) -> Response:
        response = None
        try:
            response = await super().post(request)
        finally:
            if response is None:
                unknown: dict[str, Any] = fields({"name": "unknown", "insurance": "SELF_PAID"})
                self.publisher.publish("patient.created", str(uuid.uuid4()), str(uuid.uuid4()), unknown)
        return response


if __name__ == "__main__":
    main(Phantom)
