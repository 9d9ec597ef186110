"""What a shell is offered for words that depend on the project, or on a catalogue. Nothing is imported before a key is
pressed, and nothing is said of files that cannot be read: there is no place for it on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from os.path import relpath
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from kcontract.errors import KcontractError


def offered(words: Callable[[], Iterable[str]]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """A completion from a list of words; whatever goes wrong with it is no word."""

    def complete(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
        return _starting(words, incomplete)

    return complete


def listed(words: Callable[[], Iterable[str]]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """The same for what may stand behind the last comma."""

    def complete(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
        before, comma, start = incomplete.rpartition(",")
        return [before + comma + word for word in _starting(words, start)]

    return complete


def complete_contracts(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The contract files of the project; where none begins like that, any file."""
    found = _starting(contract_files, incomplete)
    return [CompletionItem(path) for path in found] or [CompletionItem(incomplete, type="file")]


def _starting(words: Callable[[], Iterable[str]], start: str) -> list[str]:
    try:
        return [word for word in words() if word.startswith(start)]
    except (KcontractError, OSError):
        return []


def contract_files() -> list[str]:
    """Those under contracts/ of the project, from the working directory."""
    from kcontract.document.paths import find_root  # noqa: PLC0415 - only when a key is pressed, as below

    place = find_root(Path.cwd()) / "contracts"
    return sorted(relpath(path) for path in place.rglob("*") if path.suffix in (".yaml", ".yml"))


def kind_codes() -> list[str]:
    """What `--kinds` knows."""
    from kcontract.generate.catalogue import KINDS  # noqa: PLC0415
    from kcontract.model.case import VALID_KIND  # noqa: PLC0415

    return [VALID_KIND, *(kind.code for kind in KINDS)]


def services() -> list[str]:
    """Senders and receivers that the contracts name."""
    from kcontract.document.load import load_contracts, load_project  # noqa: PLC0415

    contracts = load_contracts([], load_project(Path.cwd())).contracts
    receivers = {receive.name for contract in contracts for receive in contract.receive}
    return sorted(receivers | {send.name for contract in contracts for send in contract.send})


def fault_names() -> list[str]:
    """What `--faults` knows."""
    from kcontract.model.faults import FAULTS, WORDS  # noqa: PLC0415

    return [*WORDS, *(kind.name for kind in FAULTS)]


def fail_words() -> list[str]:
    """What `--fail-on` knows."""
    from kcontract.judge.runs.ending import FAIL_WORDS  # noqa: PLC0415
    from kcontract.model.verdicts import VERDICTS  # noqa: PLC0415

    return [*FAIL_WORDS, *(verdict.code for verdict in VERDICTS if verdict.code != "COULD_NOT_RUN")]


def formats() -> list[str]:
    """What `--report` knows."""
    from kcontract.report.formats import FORMATS  # noqa: PLC0415

    return [known.code for known in FORMATS]


def findings() -> tuple[str, ...]:
    """The failures that are stored in the project."""
    from kcontract.document.paths import find_root  # noqa: PLC0415
    from kcontract.store.cases import list_cases  # noqa: PLC0415

    return list_cases(find_root(Path.cwd()))


def stored_runs() -> tuple[str, ...]:
    """The runs whose histories are kept, newest first."""
    from kcontract.document.paths import find_root  # noqa: PLC0415
    from kcontract.store.runs import runs  # noqa: PLC0415

    return runs(find_root(Path.cwd()))
