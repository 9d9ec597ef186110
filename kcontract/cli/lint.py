"""`kcontract lint`: every mistake of the contract files at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import click
import msgspec

from kcontract.cli.completing import complete_contracts
from kcontract.document.load import Loaded, load_contracts, load_project, none_found
from kcontract.document.mistakes import Mistake
from kcontract.errors import EXIT_CONFORMS, EXIT_USAGE
from kcontract.report.visible import visible

_EPILOG = """\b
Examples:
  kcontract lint                                      all contracts of the project
  kcontract lint contracts/patient.created.yaml       one file
  kcontract lint --format json                        for programs
  kcontract lint --schema > contract.schema.json      completion and checks in editors:
                                                      # yaml-language-server: $schema=contract.schema.json

Exit codes: 0 nothing wrong (warnings allowed), 2 a mistake, or no contract found.
"""


@click.command(epilog=_EPILOG)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), shell_complete=complete_contracts)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
@click.option(
    "--schema",
    type=click.Choice(["contract", "project"]),
    is_flag=False,
    flag_value="contract",
    help="Print the JSON Schema of contracts, or of kcontract.yaml, instead.",
)
def lint(paths: tuple[Path, ...], form: str, schema: str | None) -> int:
    """Check the contract files under PATHS (files or directories; default: the project's) and kcontract.yaml.

    Nothing that a contract names is executed, and nothing is fetched.
    """
    if schema is not None:
        text = resources.files("kcontract.document").joinpath(f"{schema}.schema.json").read_text(encoding="utf-8")
        click.echo(text, nl=False)
        return EXIT_CONFORMS
    project = load_project(paths[0] if paths else Path.cwd())
    loaded = load_contracts(paths, project)
    if not loaded.files and not loaded.errors:
        raise none_found(project.project.root)
    for text in _json(loaded) if form == "json" else _text(loaded, project.project.root):
        click.echo(text)
    return EXIT_USAGE if loaded.errors else EXIT_CONFORMS


def _json(loaded: Loaded) -> Iterator[str]:
    errors = len(loaded.errors)
    summary = {"files": loaded.files, "errors": errors, "warnings": len(loaded.mistakes) - errors}
    mistakes = [_plain(mistake) for mistake in loaded.mistakes]
    yield msgspec.json.format(msgspec.json.encode({**summary, "mistakes": mistakes})).decode()


def _plain(mistake: Mistake) -> dict[str, str | int]:
    at = mistake.at
    place: dict[str, str | int] = {"file": at.file, "line": at.line, "column": at.column}
    told = {"code": mistake.code, "severity": mistake.severity, "message": mistake.message, "fix": mistake.fix}
    return {**place, **told}


def _text(loaded: Loaded, root: str) -> Iterator[str]:
    for mistake in loaded.mistakes:
        at = mistake.at
        shown = Path(os.path.relpath(Path(root) / at.file)).as_posix()
        place = click.style(visible(f"{shown}:{at.line}:{at.column}"), fg="cyan")
        code = click.style(mistake.code, fg="red" if mistake.severity == "error" else "yellow", bold=True)
        yield f"{place} {code} {visible(mistake.message)}"
        if mistake.fix:
            yield f"  {click.style('fix:', bold=True)} {visible(mistake.fix)}"
    yield _summary(loaded)


def _summary(loaded: Loaded) -> str:
    errors = len(loaded.errors)
    warnings = len(loaded.mistakes) - errors
    found = [_count(number, noun) for number, noun in ((errors, "mistake"), (warnings, "warning")) if number]
    colour = "red" if errors else "yellow" if warnings else "green"
    return click.style(f"{_count(loaded.files, 'file')}: {', '.join(found) or 'nothing wrong'}", fg=colour, bold=True)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
