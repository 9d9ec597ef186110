"""The broker is stopped, killed, frozen; only one of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kcontract.engine.faults.injection import Injection
from kcontract.engine.stage import Stage
from kcontract.engine.watching.observer import Observer
from kcontract.model.faults import fault

_BACK_SECONDS = 60.0


def broker_faults(stage: Stage) -> Iterator[Injection]:
    """Each ends when our own clients have found back."""
    control = stage.tools.levers.broker
    if control is None:
        return
    ways = (
        ("brokerDown", control.halt, control.start_again),
        ("brokerDown:killed", control.kill, control.start_again),
        ("brokerDown:paused", control.pause, control.resume),
    )
    for name, down, up in ways:
        away = _Away(stage.observer, down, up)
        yield Injection(fault(name), away.begin, away.end, moment="batch", broker_away=True)


class _Away:
    """The broker between its leaving and its return."""

    def __init__(self, observer: Observer, down: Callable[[], object], up: Callable[[], object]) -> None:
        self._observer = observer
        self._down, self._up = down, up

    def begin(self) -> None:
        self._observer.broker_away = True
        self._down()

    def end(self) -> None:
        if self._observer.broker_away:
            self._up()
            self._observer.find_back(_BACK_SECONDS)
