"""What a process holds: memory, descriptors, sockets, threads."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import psutil

from kcontract.model.service import Resources, added

_TOTAL = psutil.virtual_memory().total
_KNOWS_CHILDREN = Path("/proc/self/task", str(os.getpid()), "children").exists()
"""Kernels may be built without (CONFIG_PROC_CHILDREN)."""


def held_by(process: psutil.Process) -> Resources | None:
    """None for a process that is gone, or whose state nobody may see."""
    try:
        memory, threads = process.memory_info().rss, process.num_threads()
        links = [_link(path) for path in Path("/proc", str(process.pid), "fd").iterdir()]
    except (psutil.Error, OSError):
        return None
    sockets = sum(link.startswith("socket:") for link in links)
    return Resources(memory=memory, descriptors=len(links), threads=threads, connections=sockets, share=memory / _TOTAL)


def held_by_tree(pid: int) -> Resources:
    """What a process and its descendants hold together; nothing if all are gone."""
    found = []
    for number in tree_of(pid):
        with contextlib.suppress(psutil.Error):
            found.append(held_by(psutil.Process(number)))
    return added([one for one in found if one is not None])


def tree_of(pid: int) -> list[int]:
    """A process and its descendants, from the leader's own entries in /proc: walking all of /proc takes milliseconds
    where a machine runs much else. What ends meanwhile may be left out, so this is for looking, not for killing."""
    if not _KNOWS_CHILDREN:
        with contextlib.suppress(psutil.Error):
            return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    found = [pid]
    for number in found:
        with contextlib.suppress(OSError):
            lists = [(task / "children").read_text() for task in Path("/proc", str(number), "task").iterdir()]
            found += [int(child) for text in lists for child in text.split()]
    return found


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""
