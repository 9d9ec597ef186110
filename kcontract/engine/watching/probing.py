"""Asking a receiver's probe about the records of the open window: what is not shown yet, again and again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from kcontract.engine.recorder import Recorder
from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.pace import QUIET_CEILING
from kcontract.judge.promises import Output
from kcontract.judge.state import UnitState
from kcontract.judge.view import View
from kcontract.model import events as ev
from kcontract.model.case import Case, Expectation, Role
from kcontract.model.contract import Run
from kcontract.model.service import Question, Sight
from kcontract.ports import Prober

_AT_ONCE = 32
_EVERY, _REST = 0.02, 2
"""Seconds; and asking may take a third of the time at most, however slow the answers come."""
_STANDS = 2.0
"""Seconds that a wrong answer must stand, for it may be one on the way to the right one."""


@dataclass(slots=True)
class _Asked:
    """What a record's probe said last, and since when it has said so or the like."""

    said: Sight
    since: float
    stands: bool = False
    times: int = 0


class Probing:
    """The probes of one unit, asked for the window that is open."""

    def __init__(
        self, prober: Prober, recorder: Recorder, state: UnitState, run: Run, values: Callable[[], Mapping[str, str]]
    ) -> None:
        """`values` are those of names in URLs and commands."""
        self._prober = prober
        self._recorder = recorder
        self._state = state
        self._run = run
        self._values = values
        self._asked: dict[str, _Asked] = {}
        self._window = 0
        self._at, self._took = -1.0, 0.0

    def look(self) -> None:
        """Ask for some of the records that are not shown yet, unless that was done just now."""
        now = self._recorder.now()
        if now - self._at >= max(_EVERY, _REST * self._took):
            self._ask(self._due()[:_AT_ONCE])
            self._at = self._recorder.now()
            self._took = self._at - now

    def look_at_all(self, *, out_of_time: Callable[[], bool] = lambda: False) -> bool:
        """Ask for each record that is not shown yet. False if that could not be done: the probe fails, or time is
        over."""
        return self._ask_all(self._due(), out_of_time)

    def look_at_refused(self, *, out_of_time: Callable[[], bool] = lambda: False) -> bool:
        """Ask once for each record that need not have an effect. As `look_at_all`."""
        window = self._state.window
        others = [
            one
            for one in (window.deliveries if window is not None else ())
            if one.expectation is not Expectation.VALID and one.probe is not None and one.case.id not in self._asked
        ]
        return self._ask_all(others, out_of_time)

    @property
    def is_waiting(self) -> bool:
        """Whether a wrong answer has not stood for long enough."""
        window = self._state.window
        wrong = (one for one in window.deliveries if one.view is View.WRONG) if window is not None else ()
        return any(one.expectation is Expectation.VALID and not one.view_stands for one in wrong)

    def look_before_sending(self, case: Case) -> None:
        """Ask for a record that is never sent, unless it is known: a probe that shows it as well shows nothing."""
        if not self._state.views.has_control(case.topic):
            self._ask_for_none(case)

    def look_behind_others(self, case: Case) -> None:
        """Ask for one that is never sent where others are shown: a page that finds none may show the last of them."""
        if self._state.views.asks(case.topic):
            self._ask_for_none(case)

    def _ask_for_none(self, case: Case) -> None:
        output = self._state.promises.probes.get(case.topic)
        if output is None:
            return
        source = self._state.promises.inputs[case.topic]
        delivery = Delivery(case, source, 0, 0.0)
        asked = self._question(delivery, output)
        if asked is not None and output.probe is not None:
            (said,) = self._prober.ask(self._run, output.probe, [asked])
            self._recorder.record(_event(self._recorder.now(), "", case, said))

    def _due(self) -> list[Delivery]:
        """Valid records that are not shown, those first that close a partition, then those asked for least often."""
        window = self._state.window
        if window is None:
            return []
        if window.number != self._window:
            self._window = window.number
            self._asked.clear()
        return sorted(filter(self._is_due, self._awaited(window)), key=self._turn)

    def _awaited(self, window: Window) -> Sequence[Delivery]:
        wrong = [one for one in window.deliveries if one.view is View.WRONG and one.done]
        return [*window.open, *wrong]

    def _is_due(self, delivery: Delivery) -> bool:
        valid = delivery.expectation is Expectation.VALID and delivery.probe is not None
        return valid and delivery.place is not None and not delivery.is_shown

    def _turn(self, delivery: Delivery) -> tuple[bool, int]:
        known = self._asked.get(delivery.case.id)
        return delivery.case.role is not Role.SENTINEL, known.times if known is not None else 0

    def _ask_all(self, deliveries: list[Delivery], out_of_time: Callable[[], bool]) -> bool:
        for start in range(0, len(deliveries), _AT_ONCE):
            if out_of_time() or not self._ask(deliveries[start : start + _AT_ONCE]):
                return False
        return True

    def _ask(self, deliveries: Sequence[Delivery]) -> bool:
        """False if the probe itself failed for all of them."""
        failed = 0
        by_probe: dict[int, tuple[Output, list[tuple[Delivery, Question]]]] = {}
        for one in deliveries:
            asked = self._question(one, one.probe) if one.probe is not None else None
            if one.probe is not None and asked is not None:
                by_probe.setdefault(id(one.probe), (one.probe, []))[1].append((one, asked))
        for output, pairs in by_probe.values():
            assert output.probe is not None  # noqa: S101 - its role says so
            said = self._prober.ask(self._run, output.probe, [question for _, question in pairs])
            for (delivery, _), sight in zip(pairs, said, strict=True):
                self._note(delivery, sight)
                failed += delivery.view is View.UNCLEAR
        return not deliveries or failed < len(deliveries)

    def _question(self, delivery: Delivery, output: Output) -> Question | None:
        payload, probe = delivery.payload(), output.probe
        found = self._state.views.question(output, delivery.case, payload)
        if found is None or probe is None:
            return None
        if probe.http is not None:
            found = {name: quote(text, safe="") for name, text in found.items()}
        return Question(values=self._values(), expressions=found, payload=payload if probe.function else None)

    def _note(self, delivery: Delivery, said: Sight) -> None:
        """Record an answer that is new, or a wrong one that has stood for long."""
        now, case, before = self._recorder.now(), delivery.case, delivery.view
        known = self._asked.setdefault(case.id, _Asked(Sight(), now))
        known.times += 1
        if known.said != said:
            known.said = said
            self._recorder.record(_event(now, case.id, case, said, stands=known.stands))
        if delivery.view is not before:
            known.since, known.stands = now, False
        if delivery.view is View.WRONG and not known.stands and now - known.since >= self._patience:
            known.stands = True
            self._recorder.record(_event(now, case.id, case, said, stands=True))

    @property
    def _patience(self) -> float:
        pace = self._state.pace
        return max(_STANDS, pace.quiet) if pace.known else QUIET_CEILING


def _event(at: float, name: str, case: Case, said: Sight, *, stands: bool = False) -> ev.Probed:
    tokens = case.tokens if said.body else ()
    return ev.Probed(
        at, name, case.topic, said.status, said.body, said.exit_code, said.holds, said.error, tokens, stands
    )
