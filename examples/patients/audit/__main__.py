"""`python -m examples.patients.audit`: environment BROKERS, REGISTRY, GROUP, TOPIC, OUT, DLQ."""

from __future__ import annotations

from examples.patients.audit.service import Audit
from examples.patients.common.worker import main

main(Audit)
