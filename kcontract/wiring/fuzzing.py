"""`fuzz`: processes for handlers, and a registry where one is needed, handed to the engine. No broker."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from kcontract import __version__
from kcontract.broker.local.progress import Progress, silent
from kcontract.engine.fuzz.bench import FuzzTools
from kcontract.engine.fuzz.run import FuzzRun
from kcontract.engine.recorder import Recorder
from kcontract.engine.settings import Settings
from kcontract.harness.deciding import FunctionDecider
from kcontract.harness.drawing import HypothesisDrawer
from kcontract.harness.giving import FunctionGiver
from kcontract.harness.handlers import HandlerProcess
from kcontract.harness.making import FunctionMaker
from kcontract.host.sweep import RunDirectory
from kcontract.model.contract import Contract, Project, Run
from kcontract.model.stored import StoredCase
from kcontract.model.summary import RunSummary
from kcontract.ports import Registry
from kcontract.registry.absent import NoRegistry
from kcontract.registry.choose import choose as choose_registry
from kcontract.store.runs import start_history
from kcontract.wiring.options import Since, Tell, VerifyOptions, load, settings_of
from kcontract.wiring.saving import CaseSaver
from kcontract.wiring.weighing import Weighed, terms_of

_PER_KIND, _SHARE = 4, 50
"""Malformed cases a kind and handler: so many at least, and this part of the valid ones."""
_MAX_EXAMPLES = 1000


def fuzz(options: VerifyOptions, tell: Tell, progress: Progress = silent) -> RunSummary:
    """Call the handlers of the contracts that the options name. `tell` gets everything that happens.

    Raises UsageError for wrong contracts or options, and FUZZ_NOTHING where no receiver is a handler.
    """
    del progress  # no broker is fetched
    project, contracts = load(options.paths)
    return fuzz_contracts(options, project, contracts, tell)


def fuzz_contracts(
    options: VerifyOptions,
    project: Project,
    contracts: tuple[Contract, ...],
    tell: Tell,
    stored: StoredCase | None = None,
) -> RunSummary:
    """The same of contracts that are loaded already. `stored`: only this case is handed over."""
    root = Path(project.root)
    settings = _with_share(settings_of(options, project, contracts, stored), options, project)
    weighed = Weighed(tell, terms_of(options))
    cases = CaseSaver(root, weighed.take, save=stored is None)
    with ExitStack() as stack:
        directory = stack.enter_context(RunDirectory.claim())
        registry = _registry(stack, options.registry or project.registry, contracts)
        history = stack.enter_context(closing(start_history(root, settings.run)))
        decider = stack.enter_context(closing(FunctionDecider(root, directory)))
        maker = stack.enter_context(closing(FunctionMaker(root, directory)))
        drawer = stack.enter_context(closing(HypothesisDrawer(root, directory)))
        giver = stack.enter_context(closing(FunctionGiver(root, directory, settings.seed)))

        def handlers(run: Run) -> HandlerProcess:
            return HandlerProcess(run, root, directory, _environment(run, registry))

        recorder = Recorder(history, Since(), cases.take, detailed=options.detailed)
        tools = FuzzTools(registry, handlers, recorder, settings, decider, maker, giver, drawer)
        summary = FuzzRun(contracts, tools).run(
            __version__, datetime.now(UTC).isoformat(timespec="seconds"), history.path
        )
        return weighed.summary or summary


def _with_share(settings: Settings, options: VerifyOptions, project: Project) -> Settings:
    """Handlers are quick: more cases than a service gets."""
    most = options.max_examples or project.max_examples or _MAX_EXAMPLES
    return msgspec.structs.replace(settings, max_examples=most, per_kind=max(_PER_KIND, most // _SHARE))


def _registry(stack: ExitStack, url: str | None, contracts: Sequence[Contract]) -> Registry:
    """The one that is named; an embedded one where schema ids travel, or a handler is told of it."""
    runs = [receive.run for contract in contracts for receive in contract.receive]
    named = any("{registry}" in value for run in runs if run.handler for _, value in run.env)
    if url or named or any(contract.message.wire != "plain" for contract in contracts):
        return stack.enter_context(choose_registry(url))
    return NoRegistry()


def _environment(run: Run, registry: Registry) -> dict[str, str]:
    return {name: value.replace("{registry}", registry.url) for name, value in run.env}
