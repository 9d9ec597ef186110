"""`python -m examples.patients.ledger`: environment BROKERS, GROUP, TOPIC, OUT."""

from __future__ import annotations

from examples.patients.common.worker import main
from examples.patients.ledger.service import Ledger

main(Ledger)
