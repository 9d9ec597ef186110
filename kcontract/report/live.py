"""How far the run is: a bar a unit on a terminal, a plain line a phase elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.text import Text

from kcontract.model.summary import Progress
from kcontract.report.words import emit, line, words

_HEARTBEAT = 10.0
"""Seconds between two lines of one phase, so that nobody takes a long run for a dead one."""


class Live:
    """Shows Progress items, and prints everything else above them."""

    def __init__(self, console: Console, clock: Callable[[], float] = monotonic) -> None:
        self._console = console
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}
        self._phases: dict[str, str] = {}
        self._clock = clock
        self._told: set[tuple[str, str]] = set()
        self._last = clock()

    def show(self, progress: Progress) -> None:
        """One more item. On a terminal the bar moves; elsewhere a phase is told when it begins for the first time, and
        from then on every ten seconds how far it is."""
        changed = self._phases.get(progress.unit) != progress.phase
        self._phases[progress.unit] = progress.phase
        if self._console.is_terminal and not self._console.is_dumb_terminal:
            self._move(progress, changed)
        elif (progress.unit, progress.phase) not in self._told or self._clock() - self._last >= _HEARTBEAT:
            self._tell(progress)

    def print(self, shown: RenderableType) -> None:
        """Print above the bars."""
        emit(self._console, shown)

    def stop(self) -> None:
        """Take the bars away; they come back with the next Progress."""
        if self._bars is not None:
            self._bars.stop()
        self._bars, self._tasks = None, {}

    def _tell(self, progress: Progress) -> None:
        again = (progress.unit, progress.phase) in self._told
        self._told.add((progress.unit, progress.phase))
        self._last = self._clock()
        done = f" {progress.done:,} of {progress.total:,}" if again and progress.total else ""
        still = "still " if again and not done else ""
        self.print(
            line(f"{progress.unit}: {still}{progress.phase}{done}", f" {progress.detail}" if progress.detail else "")
        )

    def _move(self, progress: Progress, changed: bool) -> None:
        if self._bars is None:
            self._bars = _bars(self._console)
            self._bars.start()
        task = self._tasks.get(progress.unit)
        if task is None:
            task = self._tasks[progress.unit] = self._bars.add_task("", total=None)
        elif changed:
            self._bars.reset(task)
        self._bars.update(
            task,
            completed=progress.done,
            total=progress.total or None,
            description=words(f"{progress.unit}  {progress.phase}").plain,
        )


class _Rate(ProgressColumn):
    """Cases a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "", style="dim")


def _bars(console: Console) -> Bars:
    return Bars(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        _Rate(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
