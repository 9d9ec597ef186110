"""`python -m examples.patients.billing`: environment BROKERS, REGISTRY, GROUP, TOPIC, OUT, DLQ."""

from __future__ import annotations

from examples.patients.billing.service import Billing
from examples.patients.common.worker import main

main(Billing)
