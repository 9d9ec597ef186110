"""What every client of ours has in common: its settings, and the way from a future to an answer or a BrokerError."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, TimeoutError
from typing import Any, Protocol, TypeVar

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from kcontract.errors import BrokerError

T = TypeVar("T")
Settings = Mapping[str, Any]

REQUEST_S = 15.0
"""How long a request to the broker may take."""
_RETIRED = 4
"""Clients that were replaced and live on: one that is destroyed with a request open may take the process along."""
STEP_S = 0.005
"""How long to wait before asking again."""

LOGGER = logging.getLogger("kcontract.kafka")
LOGGER.addHandler(logging.NullHandler())

_NO_ANSWER = frozenset({
    KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._ALL_BROKERS_DOWN, KafkaError._RESOLVE,
    KafkaError.REQUEST_TIMED_OUT, KafkaError._TIMED_OUT_QUEUE,
})  # fmt: skip
MOVING = frozenset({
    KafkaError.LEADER_NOT_AVAILABLE, KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.REPLICA_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.NOT_COORDINATOR,
    KafkaError._WAIT_COORD, KafkaError._NOENT, KafkaError.UNKNOWN_LEADER_EPOCH, KafkaError.FENCED_LEADER_EPOCH,
    KafkaError.UNKNOWN_TOPIC_ID, KafkaError.KAFKA_STORAGE_ERROR, KafkaError.OFFSET_NOT_AVAILABLE,
})  # fmt: skip
"""Errors that pass: a leader (`_NOENT` means that none is known) or a coordinator is on its way."""


class Handle(Protocol):
    """A broker to connect to: one that we started, or one that was there."""

    @property
    def bootstrap(self) -> str: ...
    @property
    def service_bootstrap(self) -> str: ...
    @property
    def container_bootstrap(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def ours(self) -> bool: ...
    @property
    def is_broker(self) -> bool: ...


def client_settings(bootstrap: str, extra: Settings) -> dict[str, Any]:
    """Settings of any client of ours; `extra` (TLS, SASL …) wins. It comes back quickly after a broker's restart."""
    return {
        "bootstrap.servers": bootstrap,
        "client.id": "kcontract",
        "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 500,
        "retry.backoff.ms": 20,
        "socket.nagle.disable": True,
        "log.connection.close": False,
        **extra,
    }


class Admin:
    """The admin client. Kept for good, for one that goes away takes the answers to its open requests along."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._retired: deque[AdminClient] = deque(maxlen=_RETIRED)
        self.client = self._made()

    def renew(self) -> None:
        """Replace a client that has stopped to answer.

        After a broker's restart its requests about groups may wait for ever for the connection that it had before
        (librdkafka issue 5511).
        """
        self._retired.append(self.client)
        self.client = self._made()

    def _made(self) -> AdminClient:
        return AdminClient(dict(self._settings), logger=LOGGER)


def kafka_error(error: KafkaException) -> KafkaError:
    """The error inside an exception of the client library."""
    inner: KafkaError = error.args[0]
    return inner


def result(future: Future[T], what: str) -> T:
    """The answer that `future` stands for. KafkaException as the broker gave it; BrokerError if none came in time."""
    try:
        return future.result(REQUEST_S)
    except TimeoutError as error:
        raise unreachable(what, f"no answer within {REQUEST_S:.0f} s") from error


def refused(what: str, error: KafkaException) -> BrokerError:
    """The BrokerError, caused by `error`, for `what` that the broker, or nobody, answered so."""
    inner = kafka_error(error)
    if inner.code() in _NO_ANSWER:
        failure = unreachable(what, inner.str())
    else:
        failure = BrokerError("BROKER_REFUSED", f"cannot {what}: {inner.name()}: {inner.str()}")
    failure.__cause__ = error
    return failure


def unreachable(what: str, why: str) -> BrokerError:
    fix = "see whether a broker listens at this address, and without TLS; `kcontract broker up` starts one here"
    return BrokerError("BROKER_UNREACHABLE", f"cannot {what}: {why}", fix)


def persist(admin: Admin, what: str, ask: Callable[[], T], *, passing: frozenset[int]) -> T:
    """The answer of `ask`, asked again while it fails with one of the `passing` errors. BrokerError for others."""
    deadline = time.monotonic() + REQUEST_S
    while True:
        try:
            return ask()
        except KafkaException as error:
            if kafka_error(error).code() not in passing or time.monotonic() >= deadline:
                raise refused(what, error) from error
            admin.client.poll(STEP_S)
