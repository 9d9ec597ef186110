"""What a broker is made to do while its template is built: internal topics, and the classes of ordinary work."""

from __future__ import annotations

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from kcontract.errors import BrokerError

_TIMEOUT_S = 30.0
_TOPIC, _GROUP = "kcontract-template", "kcontract-template"
_RECORDS = 200


def make_internal_topics(bootstrap: str) -> None:
    """Makes the broker create `__consumer_offsets` and `__transaction_state`, for which a first user waits seconds."""
    consumer = Consumer(_settings(bootstrap) | {"group.id": _GROUP})
    try:
        consumer.list_topics(timeout=_TIMEOUT_S)
        consumer.committed([], timeout=_TIMEOUT_S)
    finally:
        consumer.close()
    Producer(_settings(bootstrap) | {"transactional.id": _GROUP}).init_transactions(_TIMEOUT_S)


def exercise(bootstrap: str) -> None:
    """Creates a topic, produces, consumes in both group protocols and commits."""
    admin = AdminClient(_settings(bootstrap))
    for future in admin.create_topics([NewTopic(_TOPIC, 2, 1)]).values():
        future.result(_TIMEOUT_S)
    producer = Producer(_settings(bootstrap) | {"enable.idempotence": True})
    for n in range(_RECORDS):
        producer.produce(_TOPIC, value=b"%d" % n, key=b"%d" % n)
    producer.flush(_TIMEOUT_S)
    for protocol in ("classic", "consumer"):
        _consume(_settings(bootstrap) | {"group.id": f"{_GROUP}-{protocol}", "group.protocol": protocol})


def _consume(settings: dict[str, str | int | float | bool]) -> None:
    consumer = Consumer(settings | {"auto.offset.reset": "earliest", "enable.auto.commit": "false"})
    try:
        consumer.subscribe([_TOPIC])
        read = 0
        while read < _RECORDS:
            batch = consumer.consume(_RECORDS - read, timeout=_TIMEOUT_S)
            if not batch:
                raise BrokerError("BROKER_TEMPLATE", "the new broker does not give out its records", "try again")
            read += sum(1 for message in batch if message.error() is None)
        consumer.commit(asynchronous=False)
    finally:
        consumer.close()


def _settings(bootstrap: str) -> dict[str, str | int | float | bool]:
    return {"bootstrap.servers": bootstrap, "log_level": 0}
