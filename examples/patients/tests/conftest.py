"""Two services without their loops: what they make of a record, for tests that need no broker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from examples.patients.billing.service import Billing
from examples.patients.common.worker import Event, Record, Settings
from examples.patients.common.writer_schemas import WriterSchemas, registry_client
from examples.patients.ledger.service import Ledger

Handle = Callable[[Any], list[Event]]


class OfflineBilling(Billing):
    """Without consumer and producer."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.schemas = WriterSchemas(registry_client(settings.registry), f"{settings.topic}-value")


class OfflineLedger(Ledger):
    """Without consumer and producer."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings


def settings(topic: str, out: str, registry: str = "") -> Settings:
    return Settings(brokers="", registry=registry, group="", topic=topic, out=out, dead_letters=f"{topic}.dlq")


def record_of(given: Any) -> Record:
    """A record of the tests as the services' own."""
    headers = list(given.headers)
    return Record(given.topic, given.partition, given.offset, given.key, given.value, headers)


@pytest.fixture(scope="session")
def created(contract: Callable[..., Any], kcontract_registry: Any) -> Any:
    """The contract of patient.created, its schemas registered."""
    return contract("patient.created").registered(kcontract_registry.url)


@pytest.fixture(scope="session")
def billing(created: Any, kcontract_registry: Any) -> OfflineBilling:
    """Billing, which looks its writers' schemas up."""
    return OfflineBilling(settings(created.topic, "invoice.opened", kcontract_registry.url))


@pytest.fixture(scope="session")
def ledger() -> OfflineLedger:
    return OfflineLedger(settings("invoice.opened", "ledger.booked"))
