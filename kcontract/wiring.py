"""The one place that picks adapters and hands them, as ports, to the engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from kcontract import __version__
from kcontract.broker.choose import choose as choose_broker
from kcontract.broker.choose import start_tap
from kcontract.broker.cluster import KafkaCluster
from kcontract.broker.local.progress import Progress, silent
from kcontract.document.load import load_contracts, load_project, required
from kcontract.engine.recorder import Recorder
from kcontract.engine.run import VerifyRun
from kcontract.engine.settings import Settings
from kcontract.engine.tools import Tools
from kcontract.errors import EnvironmentFailureError, UsageError
from kcontract.harness.filling import ContainerLaunchers, FillingLauncher
from kcontract.harness.launcher import ServiceLauncher
from kcontract.harness.trigger import HttpTrigger
from kcontract.host.docker import ContainerRoute, Docker
from kcontract.host.sweep import RunDirectory
from kcontract.model.case import Expectation
from kcontract.model.contract import Contract, Project, Receive, Send
from kcontract.model.events import UnitStarted
from kcontract.model.finding import Finding
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.model.stored import STORED_FORMAT, StoredCase
from kcontract.model.summary import RunSummary
from kcontract.model.value import Value
from kcontract.ports import StreamItem
from kcontract.registry.choose import choose as choose_registry
from kcontract.store.cases import load_case, save_case
from kcontract.store.runs import start_history

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
    cases = _CaseSaver(root, tell, save=stored is None)
    with ExitStack() as stack:
        directory = stack.enter_context(RunDirectory.claim())
        route = _route(contracts)
        broker = choose_broker(options.broker or project.broker or "auto", options.bootstrap, progress, route)
        stack.callback(broker.stop)
        tap = start_tap(broker, options.tap)
        if tap is not None:
            stack.callback(tap.close)
        cluster = KafkaCluster(broker)
        stack.callback(cluster.close)
        registry = stack.enter_context(choose_registry(options.registry or project.registry, route=route))
        history = start_history(root, settings.run)
        stack.callback(history.close)
        trigger = HttpTrigger()
        stack.callback(trigger.close)
        launcher = FillingLauncher(ServiceLauncher(root, directory), containers=ContainerLaunchers(root, directory))
        recorder = Recorder(history, _Since(), cases.take)
        tools = Tools(cluster, registry, launcher, trigger, recorder, settings, tap)
        return VerifyRun(contracts, tools).run(
            __version__, datetime.now(UTC).isoformat(timespec="seconds"), history.path
        )


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
        kinds=frozenset(options.kinds) or None,
        select=frozenset(select),
        replay=stored,
    )


class _CaseSaver:
    """Stores the smallest case of every finding while the stream passes by."""

    def __init__(self, root: Path, tell: Tell, *, save: bool) -> None:
        self._root = root
        self._tell = tell
        self._save = save
        self._schemas: tuple[RegisteredSchema, ...] = ()

    def take(self, item: StreamItem) -> None:
        if isinstance(item, UnitStarted):
            self._schemas = item.schemas
        if self._save and isinstance(item, Finding):
            stored = stored_case(item, self._schemas)
            if stored is not None:
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
