"""Reads a project and its contracts: everything that is right as the model, everything that is wrong in one go."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from kcontract.document import codes
from kcontract.document.cross import check_together
from kcontract.document.fill_contract import fill_contract
from kcontract.document.fill_project import fill_project
from kcontract.document.mistakes import Mistake, Notebook
from kcontract.document.paths import PROJECT_FILE, find_root
from kcontract.document.reading import Reading
from kcontract.document.schemas import Library
from kcontract.document.tree import Directory, Tree
from kcontract.errors import UsageError
from kcontract.model.contract import Contract, Project
from kcontract.model.location import Location

_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class LoadedProject:
    """A project, where its files are read from, and what is wrong in its kcontract.yaml (what can be read is used, so
    that one mistake there is not another one in each contract)."""

    project: Project
    tree: Tree
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """The contracts without errors, all mistakes (those of kcontract.yaml too), how many files were read, and the root
    of their project."""

    contracts: tuple[Contract, ...]
    mistakes: tuple[Mistake, ...]
    files: int
    root: str

    @property
    def errors(self) -> tuple[Mistake, ...]:
        return tuple(mistake for mistake in self.mistakes if mistake.severity == "error")


def load_project(start: Path) -> LoadedProject:
    """The project that a file or directory belongs to; without a kcontract.yaml all its defaults hold."""
    root = find_root(start)
    return load_project_in(Directory(root), str(root))


def load_project_in(tree: Tree, root: str) -> LoadedProject:
    """The project in a tree, such as a git revision; `root` is the absolute path that it stands for."""
    defaults = Project(root=root)
    if not tree.exists(PROJECT_FILE):
        return LoadedProject(defaults, tree)
    notebook = Notebook()
    project = fill_project(Reading(tree, PROJECT_FILE, notebook, Library(tree), defaults))
    return LoadedProject(project, tree, notebook.mistakes)


def load_contracts(paths: Sequence[Path], loaded: LoadedProject) -> Loaded:
    """The contracts in files (*.yaml, *.yml) and directories, relative ones to the working directory; without any, and
    for the root itself, those that the project's globs name. A contract with an error is left out; its mistakes
    are all there."""
    notebook = Notebook()
    notebook.extend(loaded.mistakes)
    library = Library(loaded.tree)
    files = tuple(dict.fromkeys(_files(paths, loaded, notebook)))
    contracts = []
    for file in files:
        own = Notebook()
        contract = fill_contract(Reading(loaded.tree, file, own, library, loaded.project))
        notebook.extend(own.mistakes)
        if not own.has_errors:
            contracts.append(contract)
    return _together(contracts, notebook, len(files), loaded.project.root)


def required(loaded: Loaded) -> tuple[Contract, ...]:
    """The contracts, if nothing is wrong. Raises UsageError (CONTRACT_MISTAKES, CONTRACTS_NONE) else."""
    if loaded.errors:
        listed = "\n".join(
            f"  {mistake}\n    fix: {mistake.fix}" if mistake.fix else f"  {mistake}" for mistake in loaded.errors
        )
        fix = "mend the lines that are named; `kcontract lint` checks them"
        raise UsageError("CONTRACT_MISTAKES", f"the contracts have mistakes:\n{listed}", fix)
    if not loaded.contracts:
        raise none_found(loaded.root)
    return loaded.contracts


def none_found(root: str) -> UsageError:
    """What to do where no contract is. A `contracts/` here, below another project's root, was meant to be found."""
    here = Path.cwd()
    fix = "`kcontract init SCHEMA` drafts one; or name its file"
    if Path(root) in here.parents and (here / "contracts").is_dir():
        fix = f"for those of {here}, write an empty {PROJECT_FILE} there; or name their files"
    return UsageError("CONTRACTS_NONE", f"no contract was found in {root}", fix)


def _together(contracts: list[Contract], notebook: Notebook, files: int, root: str) -> Loaded:
    together = Notebook()
    check_together(contracts, together)
    notebook.extend(together.mistakes)
    wrong = {mistake.at.file for mistake in together.mistakes if mistake.severity == "error"}
    good = tuple(contract for contract in contracts if contract.at.file not in wrong)
    return Loaded(good, notebook.mistakes, files, root)


def _files(paths: Sequence[Path], loaded: LoadedProject, notebook: Notebook) -> Iterator[str]:
    if not paths:
        yield from _of_project(loaded)
    for path in paths:
        relative = Path(os.path.relpath(path.absolute(), loaded.project.root)).as_posix()
        if relative == ".." or relative.startswith("../"):
            message = f"{path} lies outside the project {loaded.project.root}"
            notebook.add(codes.PATH_OUTSIDE, Location(str(path)), message, "run kcontract in that project")
        elif relative == ".":
            yield from _of_project(loaded)
        elif relative.endswith(_SUFFIXES):
            yield relative
        else:
            yield from (found for suffix in _SUFFIXES for found in loaded.tree.glob(f"{escape(relative)}/**/*{suffix}"))


def _of_project(loaded: LoadedProject) -> Iterator[str]:
    for pattern in loaded.project.contracts:
        yield from (path for path in loaded.tree.glob(pattern) if path != PROJECT_FILE)
