"""`kcontract kinds`: the catalogue of malformed kinds, or what of it applies to a contract."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import click

from kcontract.cli.completing import complete_contracts
from kcontract.document.load import load_contracts, load_project, required
from kcontract.errors import UsageError
from kcontract.generate.catalogue import KINDS
from kcontract.generate.kind import Kind
from kcontract.generate.local_book import local_book
from kcontract.generate.source import CaseSource
from kcontract.model.case import VALID_KIND
from kcontract.model.contract import Contract, Receive
from kcontract.report.visible import visible

_EPILOG = """\b
Examples:
  kcontract kinds                                    all kinds, one a line
  kcontract kinds contracts/patient.created.yaml     which of them apply, what is expected, and why not
  kcontract kinds --format json                      for programs
  kcontract explain bit_flip                         what one of them is about
"""
_SEED = 1


class _ContractPath(click.Path):
    """A contract; who names a kind is told where that is explained."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """What click asks for."""
        code = str(value).partition(":")[0]
        if any(code == kind.code for kind in KINDS) and not Path(value).exists():
            self.fail(f"{value!r} is a kind and no file: `kcontract explain {code}` tells what it is about", param, ctx)
        return super().convert(value, param, ctx)


@click.command(epilog=_EPILOG)
@click.argument(
    "contract", required=False, type=_ContractPath(exists=True, path_type=Path), shell_complete=complete_contracts
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def kinds(contract: Path | None, form: str) -> None:
    """List the malformed kinds; with CONTRACT, say for each receiver which apply, expected how, and why not.

    No registry is asked: the schemas that the contract names are taken to be all that is registered.
    """
    if contract is None:
        rows = [_row(kind) for kind in KINDS]
        _print(rows, (_line(row) for row in rows), form)
        return
    found = _receivers(contract)
    reports = [_report(each, receive) for each, receive in found]
    _print(reports, (line for report in reports for line in _lines(report)), form)


def _print(rows: list[dict[str, Any]], lines: Iterable[str], form: str) -> None:
    if form == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for line in lines:
        click.echo(visible(line))


def _row(kind: Kind) -> dict[str, Any]:
    return {
        "code": kind.code,
        "number": kind.number,
        "family": kind.family,
        "layer": kind.layer.value,
        "summary": kind.summary,
        "expected": kind.expected,
        "graceful": kind.graceful,
        "variants": list(kind.variants),
        "dangerous": kind.dangerous,
        "onRequest": kind.on_request,
        "byEngine": kind.by_engine,
    }


def _line(row: dict[str, Any]) -> str:
    marks = [word for word in ("dangerous", "onRequest") if row[word]]
    told = f"  ({', '.join(marks).replace('onRequest', 'only on request')})" if marks else ""
    return f"{row['code']:<22} {row['number']:>2}  {row['layer']}  {row['summary']}{told}"


def _receivers(path: Path) -> list[tuple[Contract, Receive]]:
    contracts = required(load_contracts((path,), load_project(path)))
    found = [(contract, receive) for contract in contracts for receive in contract.receive]
    if not found:
        raise UsageError("KINDS_NO_RECEIVER", f"no receiver is declared in {path}", "add one under `receive:`")
    return found


def _report(contract: Contract, receive: Receive) -> dict[str, Any]:
    """What is sent to one receiver, kind by kind, and what is not."""
    source = CaseSource(contract, receive, local_book(contract), seed=_SEED, run="kinds")
    older = (case for case in source.edges() if case.kind != VALID_KIND)
    sent: dict[str, dict[str, Any]] = {}
    for case in chain(older, source.malformed(), source.sequences(), source.sized()):
        reason = case.rejection.reason if case.rejection is not None else case.note
        row = {"kind": case.kind, "expected": case.expectation.value, "cases": 0, "because": reason}
        sent.setdefault(f"{case.kind} {case.expectation.value}", row)["cases"] += 1
    left = dict(source.not_applicable)
    played = [kind for kind in KINDS if kind.by_engine and kind.code not in left]
    return {
        "topic": contract.topic,
        "receiver": receive.name,
        "sent": list(sent.values()),
        "played": [{"kind": kind.code, "expected": kind.expected, "because": kind.summary} for kind in played],
        "notSent": [{"kind": code, "because": reason} for code, reason in left.items()],
        "notes": list(source.notes),
    }


def _lines(report: dict[str, Any]) -> Iterable[str]:
    yield f"{report['receiver']} on {report['topic']}"
    for row in report["sent"]:
        yield _aligned(row["kind"], row["expected"], row["cases"], row["because"])
    for row in report["played"]:
        yield _aligned(row["kind"], row["expected"], "", row["because"])
    for row in report["notSent"]:
        yield _aligned(row["kind"], "not sent", "", row["because"])
    for note in report["notes"]:
        yield f"not generated: {note}"


def _aligned(kind: str, expected: str, cases: int | str, because: str) -> str:
    return f"{kind:<34} {expected:<14} {cases:>3}  {because}".rstrip()
