"""Clusters whose brokers advertise addresses that lead nowhere from here: they are reached through a tap.

Usual with Kafka in Docker: the published port answers, and names `kafka:9092`, which is known in its network only.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kcontract.broker.choose import BrokerHandle
from kcontract.broker.client import unreachable
from kcontract.broker.plain import Connection
from kcontract.broker.tap.tap import ProtocolTap, parse_addresses
from kcontract.errors import BrokerError
from kcontract.protocol.addresses import Address
from kcontract.protocol.apis import Api
from kcontract.protocol.primitives import Decoder, Encoder, FrameError

_METADATA_VERSION = 1
_CONNECT_S = 2.0
_BROKERS_AT_MOST = 16
"""Of larger clusters only so many are tried."""


@dataclass(frozen=True)
class Reached:
    """A broker as it is found through a tap; everything else is its own."""

    broker: BrokerHandle
    bootstrap: str

    @property
    def label(self) -> str:
        return f"{self.broker.label}, through a proxy: it advertises addresses that lead nowhere from here"

    @property
    def service_bootstrap(self) -> str:
        return self.broker.service_bootstrap

    @property
    def container_bootstrap(self) -> str:
        return self.broker.container_bootstrap

    @property
    def ours(self) -> bool:
        return self.broker.ours

    @property
    def is_broker(self) -> bool:
        return self.broker.is_broker

    def stop(self) -> None:
        self.broker.stop()


@contextmanager
def reached(broker: BrokerHandle) -> Iterator[BrokerHandle]:
    """The broker; through a tap of the harness's own if it is somebody else's and advertises what cannot be reached."""
    if broker.ours or not out_of_reach(broker.bootstrap):
        yield broker
        return
    with ProtocolTap.start(broker.bootstrap) as tap:
        yield Reached(broker, tap.bootstrap)


def insist(bootstrap: str) -> None:
    """Nothing, if any of the addresses takes a connection. BrokerError BROKER_UNREACHABLE if none does within seconds:
    librdkafka tries for a quarter of a minute, for the broker might come up. It also takes a name without a port."""
    try:
        addresses = parse_addresses(bootstrap)
    except BrokerError:
        return
    if not any(map(_answers, addresses)):
        raise unreachable(f"connect to {bootstrap}", "nobody answers there")


def out_of_reach(bootstrap: str) -> tuple[Address, ...]:
    """Advertised addresses to which no connection can be made. None if the cluster cannot be asked in plain text."""
    try:
        advertised = _advertised(parse_addresses(bootstrap)[0])
    except (OSError, FrameError, BrokerError):
        return ()
    return tuple(address for address in advertised[:_BROKERS_AT_MOST] if not _answers(address))


def _advertised(address: Address) -> tuple[Address, ...]:
    with Connection(*address) as connection:
        return connection.ask(Api.METADATA, _METADATA_VERSION, bytes(Encoder().int32(0))).array(_broker)


def _broker(decoder: Decoder) -> Address:
    decoder.int32()  # node
    host, port = decoder.string() or "", decoder.int32()
    decoder.string()  # rack
    return host, port


def _answers(address: Address) -> bool:
    try:
        socket.create_connection(address, _CONNECT_S).close()
    except (OSError, UnicodeError):
        return False
    return True
