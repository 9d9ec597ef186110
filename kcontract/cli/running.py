"""Running something that tells a stream, with the reports that the user asked for."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any, TextIO

from kcontract.cli.broker_progress import broker_progress
from kcontract.model.summary import RunSummary
from kcontract.report.defused import is_actions
from kcontract.report.formats import is_detailed, on_actions, open_reports, parse_wanted
from kcontract.wiring.options import VerifyOptions


def run_with_reports(start: Callable[..., RunSummary], stdout: TextIO, said: Mapping[str, Any]) -> int:
    """Call `start(options, tell, progress)` with reports opened before and closed after it; the run's exit code."""
    rest = dict(said)
    wanted, verbose = parse_wanted(rest.pop("reports")), bool(rest.pop("verbose"))
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell starts background jobs with SIGINT ignored
        signal.signal(number, _interrupt)
    wanted, defuse = on_actions(wanted, os.environ), is_actions(os.environ)
    reports = open_reports(wanted, stdout, verbose=verbose, defuse=defuse)
    try:
        with broker_progress() as progress:
            options = VerifyOptions(**rest, detailed=is_detailed(wanted))
            return start(options, reports.take, progress).exit_code
    finally:
        reports.close()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Either ends a run as Ctrl-C does, with everything cleared away."""
    raise KeyboardInterrupt
