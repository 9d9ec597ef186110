"""Processes of kcontract's own, for what must not end or slow down the main one: they live as long as their pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

_PACKAGE_PARENT = Path(__file__).parents[2]
_END_S = 1.0


def start_child(module: str, *arguments: str, errors: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """`python -m module arguments`, with unbuffered pipes as standard input and output, in a session of its own.

    It finds the same kcontract as we do, whatever its directory. Standard error goes to `errors`, or nowhere.
    """
    path = os.pathsep.join(filter(None, (str(_PACKAGE_PARENT), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if errors is None else errors,
        env=os.environ | {"PYTHONPATH": path},
        bufsize=0,
        start_new_session=True,
    )


def end_child(process: subprocess.Popen[bytes]) -> None:
    """Close its pipes, for which it ends by itself; kill it if that takes more than a second. Harmless twice."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
