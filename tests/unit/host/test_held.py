"""What processes hold."""

from __future__ import annotations

import os
import socket
import sys

import psutil
import pytest

from kcontract.host import held
from kcontract.host.held import held_by, held_by_tree, tree_of


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


@pytest.mark.parametrize("knows", [True, False])
def test_children_and_their_children_belong_to_a_process(monkeypatch: pytest.MonkeyPatch, knows: bool) -> None:
    """In whichever session they are, and on kernels that list no children as well."""
    monkeypatch.setattr(held, "_KNOWS_CHILDREN", knows)
    waits = "import subprocess, sys; subprocess.run(['cat'], start_new_session=True)"
    with psutil.Popen([sys.executable, "-c", waits], stdin=-1) as child:
        while not (below := psutil.Process(child.pid).children(recursive=True)):
            assert child.poll() is None
        assert tree_of(child.pid) == [child.pid, *(one.pid for one in below)]
        assert child.stdin is not None
        assert held_by_tree(child.pid).threads == 2
        child.stdin.close()
    assert child.returncode == 0
    assert tree_of(child.pid) == [child.pid]
    assert held_by_tree(child.pid).descriptors == 0
