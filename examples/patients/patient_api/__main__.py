"""`python -m examples.patients.patient_api`: environment PORT, BROKERS, REGISTRY; DB for a file, PREFIX for topics."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import uvicorn

from examples.patients.patient_api.database import Patients
from examples.patients.patient_api.events import Publisher
from examples.patients.patient_api.service import PatientApi


def main(api: type[PatientApi] = PatientApi, publisher: type[Publisher] = Publisher) -> None:
    """Serve until SIGTERM."""
    env = os.environ
    with tempfile.TemporaryDirectory() as scratch:
        patients = Patients(Path(env.get("DB") or Path(scratch, "patients.sqlite3")))
        app = api(patients, publisher(env["BROKERS"], env["REGISTRY"], env.get("PREFIX", ""))).app()
        uvicorn.run(app, host="127.0.0.1", port=int(env["PORT"]), log_level="warning")


if __name__ == "__main__":
    main()
