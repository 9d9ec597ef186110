"""The tap's process between real sockets: a broker that answers whatever it gets, and clients that talk to it."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest

from kcontract.broker.tap.tap import ProtocolTap, parse_addresses
from kcontract.errors import BrokerError
from kcontract.host.ports import free_ports, is_listening
from kcontract.model.tap import Connected, Lever, ProduceHeld
from kcontract.protocol.frames import LENGTH_BYTES
from tests.unit.broker.tap import messages as m

_PATIENCE = 30.0


class FakeBroker:
    """Answers heartbeats, Produce and Metadata, which names `advertised`; counts what reaches it."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._socket.getsockname()
        self.advertised = self.address
        self.got: list[int] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.address[1]}"

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            while frame := read_frame(client):
                api, _, correlation = struct.unpack_from(">hhi", frame)
                self.got.append(api)
                answers = {0: m.produced, 3: lambda number: m.brokers(number, self.advertised)}
                client.sendall(answers.get(api, lambda number: m.beaten(number, 0))(correlation))


def read_frame(own: socket.socket) -> bytes:
    """A frame without its length; b"" at the end of the connection."""
    head = read(own, LENGTH_BYTES)
    return read(own, int.from_bytes(head, "big")) if head else b""


def read(own: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = own.recv(size - len(data))
        if not part:
            return b""
        data += part
    return data


@pytest.fixture
def broker() -> Iterator[FakeBroker]:
    made = FakeBroker()
    yield made
    made.close()


@pytest.fixture
def tap(broker: FakeBroker) -> Iterator[ProtocolTap]:
    with ProtocolTap.start(broker.bootstrap) as made:
        yield made


def connect(tap: ProtocolTap) -> socket.socket:
    (address,) = parse_addresses(tap.bootstrap)
    return socket.create_connection(address, _PATIENCE)


def beats(own: socket.socket, number: int = 1) -> bool:
    """Whether a heartbeat is answered."""
    own.sendall(m.heartbeat(number))
    return read_frame(own) == m.beaten(number, 0)[LENGTH_BYTES:]


def is_reset(own: socket.socket) -> bool:
    """Whether the connection ends by RST."""
    try:
        own.recv(1)
    except ConnectionResetError:
        return True
    return False


def test_what_is_said_arrives(tap: ProtocolTap) -> None:
    """Both ways, in any number of connections, which are counted."""
    clients = [connect(tap) for _ in range(5)]
    assert all(beats(client, number) for number, client in enumerate(clients))
    assert tap.sightings() == (Connected(5),)
    assert tap.sightings() == ()


def test_the_end_of_a_connection_arrives(tap: ProtocolTap) -> None:
    """A client that has said all gets the last answer, then the end."""
    client = connect(tap)
    assert beats(client)
    client.shutdown(socket.SHUT_WR)
    assert client.recv(1) == b""


def test_addresses_lead_back_to_the_tap(tap: ProtocolTap, broker: FakeBroker) -> None:
    """Of the broker that is known, and of another one, which gets a port of its own."""
    client, other = connect(tap), FakeBroker()
    client.sendall(m.metadata(1))
    assert read_frame(client) == m.brokers(1, parse_addresses(tap.bootstrap)[0])[LENGTH_BYTES:]
    broker.advertised = other.address
    client.sendall(m.metadata(2))
    port = int.from_bytes(read_frame(client)[4 + 4 + 4 + 2 + len("127.0.0.1") :][:4], "big")
    assert port not in (other.address[1], parse_addresses(tap.bootstrap)[0][1])
    with socket.create_connection(("127.0.0.1", port), _PATIENCE) as direct:
        assert beats(direct)
    assert other.got == [12]
    other.close()


def test_an_address_that_leads_nowhere(tap: ProtocolTap, broker: FakeBroker) -> None:
    """A name known elsewhere only, and a port nobody listens on: the address that was given is used instead."""
    client = connect(tap)
    for number, advertised in enumerate((("kafka.invalid", 9092), ("127.0.0.1", free_ports(1)[0]))):
        broker.advertised = advertised
        client.sendall(m.metadata(number))
        port = int.from_bytes(read_frame(client)[4 + 4 + 4 + 2 + len("127.0.0.1") :][:4], "big")
        with socket.create_connection(("127.0.0.1", port), _PATIENCE) as other:
            assert beats(other)


def test_connections_are_cut_once(tap: ProtocolTap) -> None:
    """Open ones are reset, new ones work."""
    client = connect(tap)
    assert beats(client)
    tap.set_fault(Lever("cut"))
    assert is_reset(client)
    assert beats(connect(tap))


def test_connections_are_refused(tap: ProtocolTap) -> None:
    """Until the fault is taken off: then the same port works again."""
    client = connect(tap)
    assert beats(client)
    tap.set_fault(Lever("refuse"))
    assert is_reset(client)
    assert not is_listening(parse_addresses(tap.bootstrap)[0][1])
    with pytest.raises(ConnectionRefusedError):
        connect(tap)
    tap.clear_fault()
    assert beats(connect(tap))


def test_messages_are_slow(tap: ProtocolTap) -> None:
    """Each way by so many seconds, in their order; taking it off lets through what waits."""
    client = connect(tap)
    tap.set_fault(Lever("slow", seconds=0.1))
    before = time.monotonic()
    assert beats(client)
    assert time.monotonic() - before >= 0.2
    tap.set_fault(Lever("slow", seconds=600.0))
    client.sendall(m.heartbeat(2) + m.heartbeat(3))
    tap.sightings()
    tap.clear_fault()
    assert [read_frame(client), read_frame(client)] == [m.beaten(n, 0)[LENGTH_BYTES:] for n in (2, 3)]


def test_nothing_comes_through(tap: ProtocolTap, broker: FakeBroker) -> None:
    """Neither on open connections nor on new ones; then everything does."""
    client = connect(tap)
    assert beats(client)
    tap.set_fault(Lever("black_hole"))
    later = connect(tap)
    for one in (client, later):
        one.sendall(m.heartbeat(2))
        one.settimeout(0.2)
        with pytest.raises(TimeoutError):
            one.recv(1)
        one.settimeout(_PATIENCE)
    assert broker.got == [12]
    tap.clear_fault()
    assert [read_frame(one) for one in (client, later)] == [m.beaten(2, 0)[LENGTH_BYTES:]] * 2


def test_an_acknowledgement_is_lost(tap: ProtocolTap, broker: FakeBroker) -> None:
    """The broker has the record, the client a reset connection."""
    client = connect(tap)
    tap.set_fault(Lever("lost_ack", seconds=0.05))
    client.sendall(m.produce(1))
    assert is_reset(client)
    assert broker.got == [0]
    again = connect(tap)  # one is lost: who tries again gets through
    again.sendall(m.produce(2))
    assert read_frame(again) == m.produced(2)[LENGTH_BYTES:]
    tap.set_fault(Lever("lost_ack", seconds=0.05))
    again.sendall(m.produce(3))
    assert is_reset(again)
    tap.clear_fault()


def test_whoever_waits_for_good_is_let_go(tap: ProtocolTap, broker: FakeBroker) -> None:
    """A dropped commit is never answered; when the fault is taken off, the client can begin anew."""
    client = connect(tap)
    assert beats(client)
    tap.set_fault(Lever("commit_drop"))
    client.sendall(m.commit(2, 8))
    client.sendall(m.heartbeat(3))
    while broker.got != [12, 12]:  # the heartbeat behind it has arrived, the commit has not
        tap.sightings()
    tap.clear_fault()
    assert is_reset(client)


def test_what_is_written_goes_nowhere_until_the_fault_is_over(tap: ProtocolTap, broker: FakeBroker) -> None:
    """Whoever waits for the answer can begin anew then."""
    client = connect(tap)
    assert beats(client)
    tap.set_fault(Lever("produce_drop"))
    client.sendall(m.produce(2))
    while not any(isinstance(one, ProduceHeld) for one in tap.sightings()):
        pass
    tap.clear_fault()
    assert is_reset(client)
    again = connect(tap)
    again.sendall(m.produce(3))
    assert read_frame(again) == m.produced(3)[LENGTH_BYTES:]
    assert broker.got == [12, 0]


def test_large_answers_do_not_pile_up(tap: ProtocolTap) -> None:
    """A client that reads late gets everything that it asked for."""
    client = connect(tap)
    client.sendall(b"".join(m.heartbeat(number) for number in range(20_000)))
    assert all(read_frame(client) == m.beaten(number, 0)[LENGTH_BYTES:] for number in range(20_000))


def test_more_connections_than_it_holds(broker: FakeBroker) -> None:
    """It refuses what is too many, goes on with the others, and tells of it."""
    with ProtocolTap.start(broker.bootstrap, links=20) as tap:
        clients = []
        for _ in range(50):
            with contextlib.suppress(OSError):
                clients.append(connect(tap))
        served = 0
        for number, client in enumerate(clients):
            with contextlib.suppress(OSError):
                served += beats(client, number)
        assert served == 20
        assert tap.sightings() == (Connected(20, refused=30),)
        clients[0].close()
        for client in clients:
            client.close()
        assert beats(connect(tap))


def test_it_ends_with_its_owner(broker: FakeBroker) -> None:
    """Closing is enough, twice is harmless, and whoever asks afterwards is told."""
    tap = ProtocolTap.start(broker.bootstrap)
    tap.close()
    tap.close()
    assert not is_listening(parse_addresses(tap.bootstrap)[0][1])
    with pytest.raises(BrokerError, match="has ended") as raised:
        tap.sightings()
    assert raised.value.code == "TAP_GONE"


@pytest.mark.parametrize("wrong", ["", "kafka", "kafka:", ":9092", "kafka:http"])
def test_addresses_that_are_none(wrong: str) -> None:
    """TAP_ADDRESS says what is wanted."""
    with pytest.raises(BrokerError) as raised:
        parse_addresses(wrong)
    assert raised.value.code == "TAP_ADDRESS"


def test_addresses() -> None:
    """Several, with and without a protocol, IPv6 in brackets."""
    assert parse_addresses("a:1, PLAINTEXT://b:2,[::1]:3") == (("a", 1), ("b", 2), ("::1", 3))
