"""Writes the pages that are made from the catalogues: `make docs`, or `python -m docs.generate`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import fill

from kcontract.generate.catalogue import KINDS
from kcontract.generate.kind import Kind
from kcontract.model.verdicts import VERDICTS, Scope, Verdict

HERE = Path(__file__).parent
_WIDTH = 118
"""Columns of text; items are indented by two more from their second line on."""
_CODE = re.compile(r"(`[^`]*`)")
_MARKUP = re.compile(r"[<*]|(?<!\w)_|_(?!\w)")
_SCOPES: dict[Scope, str] = {
    "process": "The process and its partitions",
    "invalid": "Invalid records",
    "valid": "Valid records",
    "producer": "Senders",
    "run": "The run",
}
_FAMILIES = {
    "framing": "Framing",
    "Avro body": "Avro body",
    "JSON body": "JSON body",
    "evolution": "Evolution",
    "envelope": "Key, headers and other parts of the record",
    "delivery": "Delivery",
    "size": "Size",
}
_VERDICTS_HEAD = """\
# Verdicts

<!-- Written by `make docs` from kcontract/model/verdicts.py: edit there. -->

A verdict is about one record (or one request to a sender, or the run as a whole). A record gets the first verdict in
the order of this table whose evidence is complete; `kcontract explain CODE` says the same on the terminal.
"""
_KINDS_HEAD = """\
# Malformed kinds

<!-- Written by `make docs` from kcontract/generate/kinds/: edit there. -->

The ways in which kcontract damages a record, or makes it difficult. *Expected* is the rule of thumb: what is really
expected is decided on the final bytes of each record, with the contract's schemas. `kcontract kinds CONTRACT` says
which kinds apply to a contract, and why others don't; `malformed` in the contract moves or excludes them by name.
"""


def verdicts_page() -> str:
    """The Markdown of docs/verdicts.md."""
    return _page(_VERDICTS_HEAD, _verdicts())


def kinds_page() -> str:
    """The Markdown of docs/kinds.md."""
    return _page(_KINDS_HEAD, _kinds())


PAGES: dict[str, Callable[[], str]] = {"verdicts.md": verdicts_page, "kinds.md": kinds_page}
"""File names in this directory, and what makes their text."""


def main() -> None:
    """Write all pages."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")


def _page(head: str, lines: Iterator[str]) -> str:
    """The text with no more than one empty line in a row."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join([head, *lines])).rstrip("\n") + "\n"


def _verdicts() -> Iterator[str]:
    yield "| verdict | in short | about | judged |"
    yield "| --- | --- | --- | --- |"
    for verdict in VERDICTS:
        scope = _SCOPES[verdict.scope].lower()
        yield f"| [{verdict.code}](#{verdict.code.lower()}) | {_cell(verdict.summary)} | {scope} | {_judged(verdict)} |"
    for code, title in _SCOPES.items():
        yield f"\n## {title}"
        for verdict in VERDICTS:
            if verdict.scope == code:
                yield from _verdict(verdict)


def _verdict(verdict: Verdict) -> Iterator[str]:
    yield f"\n### {verdict.code}\n"
    if not verdict.judged:
        yield "*Known, but not judged by this version.*\n"
    meaning, *points = verdict.explain.split("\n")
    yield _prose(meaning) + "\n"
    yield from map(_item, points)


def _judged(verdict: Verdict) -> str:
    return "yes" if verdict.judged else "not yet"


def _kinds() -> Iterator[str]:
    for family, title in _FAMILIES.items():
        kinds = [kind for kind in KINDS if kind.family == family]
        yield f"\n## {title}\n"
        yield "| kind | the record | expected |"
        yield "| --- | --- | --- |"
        yield from (
            f"| [{kind.code}](#{kind.code}){_later(kind)} | {_cell(kind.summary)} | {_cell(kind.expected)} |"
            for kind in kinds
        )
        for kind in kinds:
            yield from _kind(kind)


def _kind(kind: Kind) -> Iterator[str]:
    yield f"\n### {kind.code}\n"
    yield _prose(kind.explain) + "\n"
    yield _item(f"A graceful consumer {kind.graceful}.")
    yield _item(f"To be noticed at {kind.layer.value}, {kind.layer.name.lower()}.")
    if kind.variants:
        yield _item(f"Variants: {', '.join(f'`{variant}`' for variant in kind.variants)}.")


def _later(kind: Kind) -> str:
    return " (dangerous)" if kind.dangerous else ""


def _prose(text: str) -> str:
    """A paragraph, filled."""
    return fill(_escaped(text), _WIDTH, break_long_words=False, break_on_hyphens=False)


def _item(text: str) -> str:
    return _prose(f"- {text}").replace("\n", "\n  ")


def _cell(text: str) -> str:
    return _escaped(text).replace("|", "\\|")


def _escaped(text: str) -> str:
    """Catalogue texts are plain but for code between backticks: outside of it nothing may look like markup."""
    return "".join(part if part.startswith("`") else _MARKUP.sub(r"\\\g<0>", part) for part in _CODE.split(text))


if __name__ == "__main__":
    main()
