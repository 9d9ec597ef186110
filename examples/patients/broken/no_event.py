"""Stores every patient, but has no event for names beyond ASCII."""

from __future__ import annotations

import uuid
from typing import Any

from examples.patients.patient_api.__main__ import main
from examples.patients.patient_api.service import PatientApi


class NoEvent(PatientApi):
    def create(self, patient: dict[str, Any], correlation_id: str) -> str:
        if patient["name"].isascii():
            return super().create(patient, correlation_id)
        patient_id = str(uuid.uuid4())
        with self.patients.changing() as change:
            change.put(patient_id, patient)
        return patient_id


if __name__ == "__main__":
    main(NoEvent)
