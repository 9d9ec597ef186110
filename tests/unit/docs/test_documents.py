"""What holds for every document."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from kcontract.cli.main import cli
from kcontract.model.faults import FAULTS
from tests.unit.docs.pages import PAGES, ROOT, command_lines, prose

_WIDTH = 120


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    """Every relative link names a file, and its anchor a heading there."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), target
        headings = re.findall(r"^#+ (.*)$", linked.read_text(encoding="utf-8"), re.MULTILINE) if anchor else [""]
        assert anchor in [heading.lower().replace(" ", "-") for heading in headings], target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_lines_are_filled(page: Path) -> None:
    """Lines are at most 120 wide, tables and blocks excepted."""
    assert [line for line in prose(page).splitlines() if len(line) > _WIDTH and not line.startswith("|")] == []


@pytest.mark.parametrize(("page", "line"), sorted(set(command_lines())))
def test_commands_and_options_exist(page: str, line: str) -> None:
    """Every command line of a document is one that kcontract takes."""
    words = shlex.split(line.removesuffix(')"'))[1:]
    with cli.make_context("kcontract", [], resilient_parsing=True) as context:
        name, command, rest = cli.resolve_command(context, words)
        assert command is not None, f"{page}: {line}"
        while isinstance(command, click.Group):
            name, command, rest = command.resolve_command(context, rest)
            assert command is not None, f"{page}: {line}"
        rest = [word for word in rest if not word.startswith("contracts/")]  # files of the reader's own project
        assert command.make_context(name, rest, parent=context, resilient_parsing=False).command is command


def test_make_targets_exist() -> None:
    """Every `make TARGET` of a document is one of the Makefile's."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target for page in PAGES for target in re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(), re.MULTILINE)
    }
    assert named
    assert named <= targets


def test_named_modules_exist() -> None:
    """Paths into the package that ARCHITECTURE.md and CONTRIBUTING.md name are there."""
    architecture = prose(ROOT / "ARCHITECTURE.md")
    inside = set(re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.py)?)`", architecture))
    outside = set(re.findall(r"`((?:kcontract|tests|docs|examples)/[\w./-]+)`", prose(ROOT / "CONTRIBUTING.md")))
    missing = [path for path in inside if not any((base / path).exists() for base in (ROOT, ROOT / "kcontract"))]
    missing += [path for path in outside if "NAME" not in path and not (ROOT / path).exists()]
    assert len(inside) > 10
    assert missing == []


def test_every_fault_is_listed() -> None:
    """In the page on contract files, under its family."""
    page = (ROOT / "docs/contract-file.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    listed = {name: row for row in rows for name in re.findall(r"`(\w+)`", row)}
    for kind in FAULTS:
        variant = kind.name.partition(":")[2]
        row = listed["killed" if kind.name == "terminated" else kind.family]
        assert f"`:{variant}`" in row if variant else f"`{kind.name}`" in row
