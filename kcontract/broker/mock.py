"""librdkafka's mock cluster: speaks the protocol, and is not a broker."""

from __future__ import annotations

from typing import Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from kcontract.broker.client import LOGGER
from kcontract.errors import BrokerError

_TIMEOUT_S = 5.0


class MockKafka:
    """A mock of one broker inside this process, which other processes can connect to. Gone with `stop`.

    No retention, no transactions, no admin requests: what is learnt on it is labelled so.
    """

    label = "librdkafka mock (not a broker)"
    ours = True
    is_broker = False
    container_bootstrap = ""

    def __init__(self, host: AdminClient, bootstrap: str) -> None:
        self._host: AdminClient | None = host  # the mock lives as long as its client
        self.bootstrap = bootstrap
        self.service_bootstrap = bootstrap

    @classmethod
    def start(cls) -> Self:
        """Starts it, in milliseconds. Raises BROKER_MOCK_FAILED."""
        try:
            host = AdminClient({"test.mock.num.brokers": 1}, logger=LOGGER)
            brokers = host.list_topics(timeout=_TIMEOUT_S).brokers.values()
        except KafkaException as error:
            raise BrokerError("BROKER_MOCK_FAILED", f"the mock did not start: {error}", "use a real broker") from error
        return cls(host, ",".join(f"{broker.host}:{broker.port}" for broker in brokers))

    def stop(self) -> None:
        """Ends it. Harmless when it is already stopped."""
        self._host = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
