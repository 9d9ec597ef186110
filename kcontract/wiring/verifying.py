"""`verify` and `replay`: adapters for broker, registry and services, handed to the engine."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

from kcontract import __version__
from kcontract.broker.choose import choose as choose_broker
from kcontract.broker.choose import start_tap
from kcontract.broker.cluster import KafkaCluster
from kcontract.broker.echo.echo import PlainEcho
from kcontract.broker.local.progress import Progress, silent
from kcontract.broker.reach import reached
from kcontract.document.load import load_project
from kcontract.engine.recorder import Recorder
from kcontract.engine.run import VerifyRun
from kcontract.engine.settings import Settings
from kcontract.engine.tools import Levers, Tools
from kcontract.errors import EnvironmentFailureError
from kcontract.harness.actions import ContractActions
from kcontract.harness.commands import ContractCommands
from kcontract.harness.deciding import FunctionDecider
from kcontract.harness.filling import ContainerLaunchers, FillingLauncher
from kcontract.harness.giving import FunctionGiver
from kcontract.harness.launcher import ServiceLauncher
from kcontract.harness.making import FunctionMaker
from kcontract.harness.probing import ServiceProber
from kcontract.harness.trigger import HttpTrigger
from kcontract.host.docker import ContainerRoute, Docker
from kcontract.host.sweep import RunDirectory
from kcontract.model.contract import Contract, Project
from kcontract.model.faults import chosen as chosen_faults
from kcontract.model.stored import StoredCase
from kcontract.model.summary import RunSummary
from kcontract.ports import BrokerControl
from kcontract.registry.choose import choose as choose_registry
from kcontract.registry.gate import Gate
from kcontract.store.cases import load_case
from kcontract.store.runs import start_history
from kcontract.wiring.fuzzing import fuzz_contracts
from kcontract.wiring.options import Since, Tell, VerifyOptions, load, settings_of
from kcontract.wiring.saving import CaseSaver
from kcontract.wiring.weighing import Weighed, terms_of


def verify(options: VerifyOptions, tell: Tell, progress: Progress = silent) -> RunSummary:
    """Verify the contracts that the options name. `tell` gets everything that happens.

    Raises UsageError for wrong contracts or options, EnvironmentFailureError without broker or registry.
    """
    project, contracts = load(options.paths)
    return _run(options, project, contracts, tell, progress, None)


def replay(finding: str, options: VerifyOptions, tell: Tell, progress: Progress = silent) -> RunSummary:
    """Send the stored case of a finding again to its unit, or call its handler with it.

    UsageError CASE_UNKNOWN, UNIT_UNKNOWN.
    """
    project = load_project(Path.cwd()).project
    stored = load_case(Path(project.root), finding)
    paths = options.paths or (str(Path(project.root) / stored.contract),)
    project, contracts = load(paths)
    if any(receive.unit == stored.unit and receive.run.handler for c in contracts for receive in c.receive):
        return fuzz_contracts(options, project, contracts, tell, stored)
    return _run(options, project, contracts, tell, progress, stored)


def _run(
    options: VerifyOptions,
    project: Project,
    contracts: tuple[Contract, ...],
    tell: Tell,
    progress: Progress,
    stored: StoredCase | None,
) -> RunSummary:
    root = Path(project.root)
    settings = settings_of(options, project, contracts, stored)
    weighed = Weighed(tell, terms_of(options))
    cases = CaseSaver(root, weighed.take, save=stored is None)
    with ExitStack() as stack:
        directory = stack.enter_context(RunDirectory.claim())
        route = _route(contracts)
        broker = choose_broker(options.broker or project.broker or "auto", options.bootstrap, progress, route)
        stack.callback(broker.stop)
        way = stack.enter_context(reached(broker))
        tap = start_tap(broker, options.tap if way is broker else True, route)
        if tap is not None:
            stack.callback(tap.close)
        cluster = stack.enter_context(closing(KafkaCluster(way)))
        registry = stack.enter_context(choose_registry(options.registry or project.registry, route=route))
        history = stack.enter_context(closing(start_history(root, settings.run)))
        trigger = stack.enter_context(closing(HttpTrigger()))
        prober = stack.enter_context(closing(ServiceProber(root, directory, trigger)))
        decider = stack.enter_context(closing(FunctionDecider(root, directory)))
        launcher = FillingLauncher(ServiceLauncher(root, directory), containers=ContainerLaunchers(root, directory))
        maker = stack.enter_context(closing(FunctionMaker(root, directory)))
        giver = stack.enter_context(closing(FunctionGiver(root, directory, settings.seed)))
        recorder = Recorder(history, Since(), cases.take, detailed=options.detailed)
        levers = Levers(
            broker=broker if isinstance(broker, BrokerControl) else None,
            registry=_gate(stack, registry.url, settings, contracts),
            commands=ContractCommands(root, directory),
            cluster=cluster.control,
        )
        functions = decider, levers, ContractActions(root, directory), maker, giver, prober
        echo = PlainEcho(cluster, settings.run) if cluster.is_broker else None
        tools = Tools(cluster, registry, launcher, trigger, recorder, settings, tap, *functions, echo)
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
