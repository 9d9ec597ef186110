"""A progress bar on standard error while a broker's first start downloads and prepares; nothing where no one looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def broker_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Gives the callback that `choose` and `LocalKafka.start` take."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    # Only here: rich takes longer to import than most commands take.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def update(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        yield update
