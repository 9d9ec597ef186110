"""What the lab's services on confluent-kafka share, whatever they read: settings, and the way to their end."""

from __future__ import annotations

import os
import signal
from typing import Any

ENV = os.environ
LARGEST_RECORD = 16_000_000  # a dead letter must fit wherever its original did
Headers = list[tuple[str, Any]]


class Rejected(Exception):  # noqa: N818 - an outcome, not a failure
    """The record breaks its contract. No later attempt will make it good."""


class Running:
    """True until SIGTERM or SIGINT."""

    def __init__(self) -> None:
        self._stopped = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)

    def stop(self, *_: object) -> None:
        self._stopped = True

    def __bool__(self) -> bool:
        return not self._stopped


def consumer_config(**more: Any) -> dict[str, Any]:
    """For confluent-kafka, with offsets committed by hand; `a_b=` stands for `a.b`."""
    own = {"bootstrap.servers": ENV["BROKERS"], "group.id": ENV["GROUP"], "auto.offset.reset": "earliest"}
    return {**own, "enable.auto.commit": False, **_dotted(more)}


def producer_config(**more: Any) -> dict[str, Any]:
    """For confluent-kafka; `a_b=` stands for `a.b`."""
    own = {"bootstrap.servers": ENV["BROKERS"], "enable.idempotence": True, "message.max.bytes": LARGEST_RECORD}
    return {**own, **_dotted(more)}


def _dotted(settings: dict[str, Any]) -> dict[str, Any]:
    return {name.replace("_", "."): value for name, value in settings.items()}
