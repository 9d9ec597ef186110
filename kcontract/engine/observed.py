"""Looking at a service that runs already (`run: {group: NAME}`): nothing is sent, started, created, set or deleted."""

from __future__ import annotations

from kcontract.engine.blocking import block
from kcontract.engine.interruption import UnitInterrupted, is_interruption
from kcontract.engine.plan import Unit
from kcontract.engine.tools import Tools
from kcontract.engine.watching.observer import Observer
from kcontract.errors import KcontractError, ServiceError
from kcontract.judge.promises import compile_promises
from kcontract.judge.runs.history import unit_findings
from kcontract.judge.runs.summing import output_names, unit_summary
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.finding import Finding
from kcontract.model.record import TopicPartition
from kcontract.model.summary import Blocked, Progress, UnitSummary
from kcontract.ports import Reader

_POLL = 0.2
_UNSEEN = (
    "nothing is sent to a service that is only observed: of malformed records, crashes, restarts, lost and skipped "
    "records nothing is known"
)
_REMEDY = "let kcontract run the service itself: run.command, run.image or run.compose"


class ObservedRun:
    """One observed unit, once. Its contracts keep their real names of topics."""

    def __init__(self, unit: Unit, tools: Tools) -> None:
        self._unit = unit
        self._cluster = tools.cluster
        self._settings = tools.settings
        self._recorder = tools.recorder
        self._records = self._letters = 0
        self._blocked: Blocked | None = None

    def run(self, deadline: float) -> tuple[UnitSummary, tuple[Finding, ...]]:
        """Look for `settings.observe` seconds, or until `deadline` on the run's clock.

        Nothing is raised but UnitInterrupted, with what was found by then.
        """
        unit, recorder = self._unit, self._recorder
        begun = recorder.now()
        state = recorder.state = UnitState(self._settings.run, compile_promises(unit.name, unit.contracts, ()))
        started = ev.UnitStarted(begun, unit.name, unit.contracts, group=unit.group)
        recorder.record(started)
        self._tell(_UNSEEN, _REMEDY)
        interruption: BaseException | None = None
        try:
            self._look(min(deadline, begun + self._settings.observe))
        except KcontractError as error:
            self._blocked = block(unit.name, error, recorder)
        except (KeyboardInterrupt, SystemError) as error:
            if not is_interruption(error):
                raise
            interruption = error
        ended = ev.UnitEnded(recorder.now(), unit.name, tested=state.letters_compared)
        recorder.record(ended)
        recorder.state = None
        findings = unit_findings(unit.name, state, self._settings.run)
        summary = unit_summary(started, ended, state, self._blocked)
        if interruption is not None:
            raise UnitInterrupted(summary, findings) from interruption
        return summary, findings

    def _look(self, until: float) -> None:
        recorder = self._recorder
        places, topics = self._places()
        observer = Observer(self._cluster, recorder, self._unit.group, places)
        reader = self._cluster.reader(topics)
        try:
            before = self._lag(places)
            while (now := recorder.now()) < until:
                recorder.progress(Progress(unit=self._unit.name, phase="observing", done=self._records))
                self._take(reader, min(_POLL, until - now))
                observer.look(0)
            view = observer.look_at_members()
        finally:
            reader.close()
        what = f"group {self._unit.group}: {view.state}, members: {len(view.members)}, lag {before}, then "
        self._tell(f"{what}{self._lag(places)}; live records: {self._records}, dead letters: {self._letters}", "")

    def _take(self, reader: Reader, seconds: float) -> None:
        seen = reader.poll(max(0.0, seconds))
        now = self._recorder.now()
        inputs = {contract.topic for contract, _ in self._unit.receives}
        for record in seen:
            self._records += record.topic in inputs
            self._letters += record.topic in self._dead_letters()
            self._recorder.record(ev.Watched(now, record))

    def _places(self) -> tuple[tuple[TopicPartition, ...], list[str]]:
        """Partitions of the inputs as they really are, and the topics to read. ServiceError RUN_OBSERVED."""
        at, inputs = self._unit.run.at, [contract.topic for contract, _ in self._unit.receives]
        if self._cluster.ours:
            fix = "name its cluster: --bootstrap-servers HOST:PORT"
            raise ServiceError("RUN_OBSERVED", f"{at}: nobody is there to observe on a broker just started", fix)
        counts = self._cluster.topics()
        missing = [topic for topic in inputs if topic not in counts]
        if missing or not inputs:
            what = f"{at}: there is no topic {', '.join(missing)}" if missing else f"{at}: only receivers are observed"
            raise ServiceError("RUN_OBSERVED", what, "name the cluster where the service runs")
        for name in self._outputs():
            if name not in counts:
                self._tell(f"there is no topic {name} yet", "")
        places = tuple((topic, number) for topic in inputs for number in range(counts[topic]))
        return places, [*inputs, *(name for name in self._outputs() if name in counts)]

    def _outputs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for pair in self._unit.receives for name in output_names(*pair)))

    def _dead_letters(self) -> set[str]:
        letters = (receive.on_invalid.dead_letter for _, receive in self._unit.receives)
        return {letter.topic for letter in letters if letter is not None}

    def _lag(self, places: tuple[TopicPartition, ...]) -> int:
        """Records behind the group's commits; partitions without a commit are not counted."""
        committed, ends = self._cluster.committed(self._unit.group, places), self._cluster.end_offsets(places)
        return sum(max(0, ends[place] - offset) for place, offset in committed.items() if place in ends)

    def _tell(self, what: str, remedy: str) -> None:
        self._recorder.record(ev.Blind(self._recorder.now(), self._unit.name, what, remedy))
