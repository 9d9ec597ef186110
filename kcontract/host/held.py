"""What a process holds: memory, descriptors, sockets, threads."""

from __future__ import annotations

from pathlib import Path

import psutil

from kcontract.model.service import Resources

_TOTAL = psutil.virtual_memory().total


def held_by(process: psutil.Process) -> Resources | None:
    """None for a process that is gone, or whose state nobody may see."""
    try:
        memory, threads = process.memory_info().rss, process.num_threads()
        links = [_link(path) for path in Path("/proc", str(process.pid), "fd").iterdir()]
    except (psutil.Error, OSError):
        return None
    sockets = sum(link.startswith("socket:") for link in links)
    return Resources(memory=memory, descriptors=len(links), threads=threads, connections=sockets, share=memory / _TOTAL)


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""
