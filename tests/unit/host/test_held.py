"""What processes hold."""

from __future__ import annotations

import os
import socket

import psutil

from kcontract.host.held import held_by


def test_descriptors_and_sockets_are_counted() -> None:
    """A file and a socket more: two descriptors, one of them a connection."""
    me = psutil.Process()
    before = held_by(me)
    reading = os.open("/dev/null", os.O_RDONLY)
    with socket.socket():
        after = held_by(me)
    os.close(reading)
    assert before is not None
    assert after is not None
    assert after.descriptors - before.descriptors == 2
    assert after.connections - before.connections == 1
    assert 0 < after.share < 1
    assert after.threads >= 1


def test_a_process_that_is_gone_holds_nothing() -> None:
    """None, and no error."""
    child = psutil.Popen(["true"])
    child.wait()
    assert held_by(child) is None
