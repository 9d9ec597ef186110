"""Runs the command line in this process."""

from __future__ import annotations

import contextlib
import io
from typing import NamedTuple

from kcontract.cli.main import run


class Ended(NamedTuple):
    """What a command line left behind."""

    code: int
    out: str
    err: str


def kcontract(*args: str) -> Ended:
    """Run `kcontract ARGS`; nothing of it leaves this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(args)
    return Ended(code, out.getvalue(), err.getvalue())
