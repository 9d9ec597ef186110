"""Free ports: distinct, bindable, out of the way of outgoing connections."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from kcontract.errors import EnvironmentFailureError
from kcontract.host import ports


def test_ports_are_distinct_and_can_be_bound() -> None:
    """Several ports at once can all be listened on."""
    found = ports.free_ports(20)
    assert len(set(found)) == 20
    assert all(ports.is_free(port) for port in found)


def test_ports_lie_below_those_of_outgoing_connections() -> None:
    """A client that reconnects to a stopped broker can never be given the broker's own port."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert all(port < lowest for port in ports.free_ports(50))


def test_a_taken_port_is_not_free_but_listening() -> None:
    """A port that somebody listens on is seen as such."""
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        assert ports.is_listening(port)
        assert not ports.is_free(port)


def test_a_free_port_is_not_listening() -> None:
    """Nobody answers on a free port."""
    assert not ports.is_listening(ports.free_ports(1)[0])


def test_a_machine_that_gives_out_nearly_all_ports_chooses_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the range of outgoing connections starting at 1024 there are still ports to be had."""
    narrow = tmp_path / "range"
    narrow.write_text("1024\t65535\n")
    monkeypatch.setattr(ports, "_EPHEMERAL_RANGE", narrow)
    assert len(set(ports.free_ports(3))) == 3


def test_no_free_port_is_an_error_with_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """When no candidate can be bound, the error says so."""
    monkeypatch.setattr(ports, "is_free", lambda _: False)
    with pytest.raises(EnvironmentFailureError) as caught:
        ports.free_ports(1)
    assert caught.value.code == "PORTS_NONE"
