"""The broker that our own tests share, as the users of the pytest plugin share theirs."""

from __future__ import annotations

from kcontract.testing.shared import SharedBroker as SharedKafka
from kcontract.testing.shared import shared_broker as shared_kafka

__all__ = ["SharedKafka", "shared_kafka"]
