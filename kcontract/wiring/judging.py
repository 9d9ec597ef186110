"""`judge` and `report merge`: stored runs, without a broker."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from kcontract.broker.local.progress import Progress, silent
from kcontract.document.baseline import write_baseline
from kcontract.document.load import load_project
from kcontract.errors import UsageError
from kcontract.judge.runs.ending import settle
from kcontract.judge.runs.history import HistoryJudge
from kcontract.judge.runs.merging import merge_runs
from kcontract.model.events import Event, RunStarted, UnitStarted
from kcontract.model.summary import RunSummary
from kcontract.report.json_lines import decode_item
from kcontract.store.baseline_file import check_new, save_new
from kcontract.store.history import read_history, read_summaries
from kcontract.store.runs import find_history
from kcontract.wiring.options import Tell, VerifyOptions
from kcontract.wiring.weighing import Weighed, terms_of


def judge(
    run: str, options: VerifyOptions, tell: Tell, progress: Progress = silent, *, write: str | None = None
) -> RunSummary:
    """Judge a stored history again, by the name of its run or by its path; the newest by default.

    `write`: a new baseline of what fails is written there. Raises UsageError RUN_UNKNOWN, HISTORY_DAMAGED,
    HISTORY_EMPTY, BASELINE_EXISTS.
    """
    del progress  # no broker is fetched
    terms = terms_of(options)
    if write:
        check_new(Path(write))
    root = Path(load_project(Path.cwd()).project.root)
    path = find_history(root, run)
    shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    weighed = Weighed(tell, terms)
    for item in HistoryJudge(shown).judge(read_history(path)):
        weighed.take(item)
    if weighed.summary is None:
        raise UsageError("HISTORY_EMPTY", f"{path} holds no run", "give the history or the JSON report of a run")
    if write:
        failing = [finding for finding in weighed.summary.findings if finding.fails or finding.accepted]
        save_new(Path(write), write_baseline(failing, datetime.now(UTC).date()))
    return weighed.summary


def merge(files: Sequence[str], options: VerifyOptions, tell: Tell, progress: Progress = silent) -> RunSummary:
    """Several stored runs (names, histories, JSON reports) as one. UsageError as `judge`; MERGE_TWICE."""
    del progress  # no broker is fetched
    terms = terms_of(options)
    root = Path(load_project(Path.cwd()).project.root)
    parts = [_part(find_history(root, file)) for file in files]
    names = [summary.run for summary, _, _ in parts]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise UsageError("MERGE_TWICE", f"the run {twice} is among the files twice", "leave one of them out")
    merged = merge_runs([summary for summary, _, _ in parts], [started.shard for _, started, _ in parts])
    merged = settle(merged, terms, whole=False) if options.fail_on or options.baseline else merged
    tell(msgspec.structs.replace(parts[0][1], run=merged.run, broker=merged.broker, is_broker=merged.is_broker))
    for event in [event for _, _, units in parts for event in units]:
        tell(event)
    for finding in merged.findings:
        tell(finding)
    for unit in merged.units:
        tell(unit)
    tell(merged)
    return merged


def _part(path: Path) -> tuple[RunSummary, RunStarted, list[Event]]:
    """A stored run: its summary (of a JSON report its own, else judged again), its start, and those of its units."""
    summary = next((item for item in map(decode_item, read_summaries(path)) if isinstance(item, RunSummary)), None)
    opening: list[Event] = []
    events = _noting(read_history(path), opening)
    if summary is None:
        summary = next((item for item in HistoryJudge().judge(events) if isinstance(item, RunSummary)), None)
    else:
        deque(events, maxlen=0)
    started = next((event for event in opening if isinstance(event, RunStarted)), None)
    if summary is None or started is None:
        raise UsageError("HISTORY_EMPTY", f"{path} holds no run", "give the history or the JSON report of a run")
    return summary, started, [event for event in opening if isinstance(event, UnitStarted)]


def _noting(events: Iterator[Event], opening: list[Event]) -> Iterator[Event]:
    for event in events:
        if isinstance(event, (RunStarted, UnitStarted)):
            opening.append(event)
        yield event
