"""The one place that picks adapters and hands them, as ports, to the engine."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import msgspec

from kcontract import __version__
from kcontract.broker.choose import choose as choose_broker
from kcontract.broker.choose import start_tap
from kcontract.broker.cluster import KafkaCluster
from kcontract.broker.echo.echo import PlainEcho
from kcontract.broker.local.progress import Progress, silent
from kcontract.broker.reach import reached
from kcontract.document.baseline import parse_baseline, write_baseline
from kcontract.document.load import load_contracts, load_project, required
from kcontract.engine.recorder import Recorder
from kcontract.engine.run import VerifyRun
from kcontract.engine.settings import Settings
from kcontract.engine.shards import parse_shard
from kcontract.engine.tools import Levers, Tools
from kcontract.errors import EnvironmentFailureError, UsageError
from kcontract.harness.actions import ContractActions
from kcontract.harness.commands import ContractCommands
from kcontract.harness.deciding import FunctionDecider
from kcontract.harness.filling import ContainerLaunchers, FillingLauncher
from kcontract.harness.launcher import ServiceLauncher
from kcontract.harness.making import FunctionMaker
from kcontract.harness.trigger import HttpTrigger
from kcontract.host.docker import ContainerRoute, Docker
from kcontract.host.sweep import RunDirectory
from kcontract.judge.ending import Terms, parse_fail_on, settle, weigh
from kcontract.judge.history import HistoryJudge
from kcontract.judge.merging import merge_runs
from kcontract.model.baseline import Accepted
from kcontract.model.case import Expectation
from kcontract.model.contract import Contract, Project, Receive, Send
from kcontract.model.events import Event, RunStarted, UnitStarted
from kcontract.model.faults import chosen as chosen_faults
from kcontract.model.finding import Finding
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.model.shard import WHOLE
from kcontract.model.stored import STORED_FORMAT, StoredCase
from kcontract.model.summary import RunSummary
from kcontract.model.value import Value
from kcontract.ports import BrokerControl, StreamItem
from kcontract.registry.choose import choose as choose_registry
from kcontract.registry.gate import Gate
from kcontract.report.json_lines import decode_item
from kcontract.store.baseline_file import check_new, read_baseline, save_new
from kcontract.store.cases import load_case, save_case
from kcontract.store.folder import folder_in_repository
from kcontract.store.history import read_history, read_summaries
from kcontract.store.runs import find_history, start_history

Tell = Callable[[StreamItem], None]


class VerifyOptions(Value, frozen=True):
    """What the command line says; None where it says nothing and the project or the default decides."""

    paths: tuple[str, ...] = ()
    broker: str | None = None
    bootstrap: str | None = None
    registry: str | None = None
    seed: int | None = None
    max_examples: int | None = None
    max_time: float | None = None
    kinds: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    tap: bool | None = None
    fail_on: tuple[str, ...] = ()
    baseline: str | None = None
    shard: str | None = None
    shrink: bool = True
    faults: tuple[str, ...] = ()


class _Since:
    """A clock that begins now and never goes back."""

    def __init__(self) -> None:
        self._zero = time.monotonic()

    def now(self) -> float:
        return time.monotonic() - self._zero


def verify(options: VerifyOptions, tell: Tell, progress: Progress = silent) -> RunSummary:
    """Verify the contracts that the options name. `tell` gets everything that happens.

    Raises UsageError for wrong contracts or options, EnvironmentFailureError without broker or registry.
    """
    project, contracts = _load(options.paths)
    return _run(options, project, contracts, tell, progress, None)


def replay(finding: str, options: VerifyOptions, tell: Tell, progress: Progress = silent) -> RunSummary:
    """Send the stored case of a finding again to its unit. UsageError CASE_UNKNOWN, UNIT_UNKNOWN."""
    project = load_project(Path.cwd()).project
    stored = load_case(Path(project.root), finding)
    paths = options.paths or (str(Path(project.root) / stored.contract),)
    project, contracts = _load(paths)
    return _run(options, project, contracts, tell, progress, stored)


def judge(
    run: str, options: VerifyOptions, tell: Tell, progress: Progress = silent, *, write: str | None = None
) -> RunSummary:
    """Judge a stored history again, by the name of its run or by its path; the newest by default.

    `write`: a new baseline of what fails is written there. Raises UsageError RUN_UNKNOWN, HISTORY_DAMAGED,
    HISTORY_EMPTY, BASELINE_EXISTS.
    """
    del progress  # no broker is fetched
    terms = _terms(options)
    if write:
        check_new(Path(write))
    root = Path(load_project(Path.cwd()).project.root)
    path = find_history(root, run)
    shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    weighed = _Weighed(tell, terms)
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
    terms = _terms(options)
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


def _terms(options: VerifyOptions) -> Terms:
    """What fails the run. UsageError for a wrong word or a baseline with mistakes."""
    accepted: tuple[Accepted, ...] = ()
    if options.baseline:
        accepted = parse_baseline(read_baseline(Path(options.baseline)), options.baseline, datetime.now(UTC).date())
    return Terms(fail_on=parse_fail_on(options.fail_on), accepted=accepted)


def _load(paths: Sequence[str]) -> tuple[Project, tuple[Contract, ...]]:
    places = [Path(path) for path in paths]
    loaded = load_project(places[0] if places else Path.cwd())
    return loaded.project, required(load_contracts(places, loaded))


def _run(
    options: VerifyOptions,
    project: Project,
    contracts: tuple[Contract, ...],
    tell: Tell,
    progress: Progress,
    stored: StoredCase | None,
) -> RunSummary:
    root = Path(project.root)
    settings = _settings(options, project, contracts, stored)
    weighed = _Weighed(tell, _terms(options))
    cases = _CaseSaver(root, weighed.take, save=stored is None)
    with ExitStack() as stack:
        directory = stack.enter_context(RunDirectory.claim())
        route = _route(contracts)
        broker = choose_broker(options.broker or project.broker or "auto", options.bootstrap, progress, route)
        stack.callback(broker.stop)
        way = stack.enter_context(reached(broker))
        tap = start_tap(broker, options.tap if way is broker else True, route)
        if tap is not None:
            stack.callback(tap.close)
        cluster = KafkaCluster(way)
        stack.callback(cluster.close)
        registry = stack.enter_context(choose_registry(options.registry or project.registry, route=route))
        history = start_history(root, settings.run)
        stack.callback(history.close)
        trigger = HttpTrigger()
        stack.callback(trigger.close)
        decider = FunctionDecider(root, directory)
        stack.callback(decider.close)
        launcher = FillingLauncher(ServiceLauncher(root, directory), containers=ContainerLaunchers(root, directory))
        maker = FunctionMaker(root, directory)
        stack.callback(maker.close)
        recorder = Recorder(history, _Since(), cases.take)
        levers = Levers(
            broker=broker if isinstance(broker, BrokerControl) else None,
            registry=_gate(stack, registry.url, settings, contracts),
            commands=ContractCommands(root, directory),
        )
        actions = ContractActions(root, directory)
        echo = PlainEcho(cluster, settings.run) if cluster.is_broker else None
        tools = Tools(
            cluster, registry, launcher, trigger, recorder, settings, tap, decider, levers, actions, maker, echo
        )
        summary = VerifyRun(contracts, tools).run(
            __version__, datetime.now(UTC).isoformat(timespec="seconds"), history.path
        )
        return weighed.summary or summary


def _route(contracts: Sequence[Contract]) -> ContainerRoute | None:
    """How containers come to broker and registry, if any service is one; without Docker its unit says so itself."""
    runs = [send.run for contract in contracts for send in contract.send]
    runs += [receive.run for contract in contracts for receive in contract.receive]
    if not any(run.in_container for run in runs):
        return None
    try:
        return Docker.find().route
    except EnvironmentFailureError:
        return None


def _gate(stack: ExitStack, registry: str, settings: Settings, contracts: Sequence[Contract]) -> Gate | None:
    """A gate before the registry, if the run may have to close it."""
    declared = {fault.name for contract in contracts for fault in contract.faults}
    wanted = any(kind.family == "registryDown" for kind in chosen_faults(settings.faults, declared))
    return stack.enter_context(Gate(registry)) if wanted and settings.replay is None else None


def _settings(
    options: VerifyOptions, project: Project, contracts: Sequence[Contract], stored: StoredCase | None
) -> Settings:
    sides: list[Send | Receive] = [send for contract in contracts for send in contract.send]
    sides += [receive for contract in contracts for receive in contract.receive]
    names = {side.name for side in sides} | {side.unit for side in sides}
    select = (stored.unit,) if stored else options.select
    unknown = sorted(set(select) - names)
    if unknown:
        raise UsageError("UNIT_UNKNOWN", f"no contract names {unknown[0]!r}", f"known: {', '.join(sorted(names))}")
    return Settings(
        run=f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{token_hex(2)}",
        seed=options.seed if options.seed is not None else 0,
        max_examples=options.max_examples or project.max_examples or 200,
        max_time=options.max_time or project.max_time or 600.0,
        observe=options.max_time or project.max_time or 60.0,
        kinds=frozenset(options.kinds) or None,
        select=frozenset(select),
        shrink=options.shrink,
        faults=frozenset(options.faults) or frozenset({"declared"}),
        replay=stored,
        folder=folder_in_repository(Path(project.root)),
        shard=parse_shard(options.shard) if options.shard else WHOLE,
    )


class _Weighed:
    """Says of every finding whether it fails the run, and how the run ends then."""

    def __init__(self, tell: Tell, terms: Terms) -> None:
        self._tell, self._terms, self._whole = tell, terms, False
        self.summary: RunSummary | None = None

    def take(self, item: StreamItem) -> None:
        if isinstance(item, RunStarted):
            self._whole = item.whole
        elif isinstance(item, Finding):
            item = weigh(item, self._terms)
        elif isinstance(item, RunSummary):
            item = self.summary = settle(item, self._terms, whole=self._whole)
        self._tell(item)


class _CaseSaver:
    """Stores the smallest case of every finding while the stream passes by."""

    def __init__(self, root: Path, tell: Tell, *, save: bool) -> None:
        self._root = root
        self._tell = tell
        self._save = save
        self._schemas: tuple[RegisteredSchema, ...] = ()
        self._senders: dict[str, str] = {}
        """The files that name the unit's senders, by topic."""

    def take(self, item: StreamItem) -> None:
        if isinstance(item, UnitStarted):
            self._schemas = item.schemas
            sends = [(contract, send) for contract in item.contracts for send in contract.send]
            self._senders = {contract.topic: send.at.file for contract, send in sends if send.unit == item.unit}
        if self._save and isinstance(item, Finding):
            stored = stored_case(item, self._schemas)
            if stored is not None:
                if stored.request is not None:  # the line of the promise may stand in a file that only gives the topic
                    file = self._senders.get(item.first.topic, stored.contract)
                    stored = msgspec.structs.replace(stored, contract=file)
                save_case(self._root, stored)
        self._tell(item)


def stored_case(finding: Finding, schemas: tuple[RegisteredSchema, ...]) -> StoredCase | None:
    """The case file of a finding; None where there is no record or request to send again."""
    first = finding.first
    if first.requested is None and (first.record is None or first.expectation is None):
        return None
    return StoredCase(
        format=STORED_FORMAT,
        finding=finding.id,
        unit=finding.unit,
        contract=first.at.file,
        topic=first.topic,
        kind=first.kind,
        expectation=first.expectation or Expectation.VALID,
        verdict=first.code,
        record=first.record or Record(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        version=__version__,
        parent=first.parent,
        rejection=first.rejection,
        schemas=schemas,
        note=first.note,
        tokens=first.tokens,
        request=first.requested,
    )
