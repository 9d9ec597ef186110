"""Processes of kcontract's own."""

from __future__ import annotations

import signal

from kcontract.host.children import end_child, start_child


def test_a_child_ends_with_its_pipes() -> None:
    """It needs no signal where it reads its standard input; ending it twice does no harm."""
    child = start_child("json.tool")
    end_child(child)
    end_child(child)
    assert child.returncode not in (None, -signal.SIGKILL)


def test_a_child_that_does_not_notice_is_killed() -> None:
    """What sleeps does not outlive its parent's patience."""
    child = start_child("timeit", "-s", "import time", "time.sleep(600)")
    end_child(child)
    assert child.returncode == -signal.SIGKILL
