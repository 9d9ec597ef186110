"""`python -m tests.mutation [NAME...]`: apply each mutant to a copy, run the unit tests, and tell what killed it.

NAME is a part of a mutant's name; none: all of them. Exits with 1 if one survives that is not known to be harmless.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from tests.mutation.mutant import Mutant
from tests.mutation.mutants import MUTANTS
from tests.mutation.trial import import_all, run_tests

REPO = Path(__file__).parents[2]
STAGES = ("tests/unit/judge", "tests/unit/engine")
"""What survives the first is tried with the second."""
_AFTER = {"judge": STAGES, "engine": STAGES[1:]}
"""The stages for mutants of a room, behind the tests near to them."""
_ROOMS = ("broker", "engine", "generate", "judge", "protocol")
_NEAR = {
    "answering": "test_replies",
    "crashes": "test_court",
    "crediting": "test_blame",
    "evidence": "stalls/test_loops",
    "faults/haste": "faults/test_book",
    "faults/health": "faults/test_book",
    "faults/records": "faults/test_book",
    "faults/signs": "faults/test_book",
    "faults/trial": "faults/test_book",
    "findings": "test_fingerprints",
    "lasting": "test_controls",
    "load/trial": "load/test_book",
    "repeats/calm": "repeats/test_duplicates",
    "repeats/key_order": "test_order",
    "rejoining": "stalls/test_loops",
    "repeats/sequence": "test_order",
    "requests/event_verdicts": "test_senders_verdicts",
    "requests/verdicts": "test_senders_verdicts",
    "stalls/storms": "stalls/test_loops",
    "symptoms": "test_state",
    "untied": "test_state",
    "verdict": "test_court",
}
"""The tests that most likely kill a module's mutants, where they do not have its name."""


def main(parts: list[str]) -> int:
    """The exit code."""
    chosen = [one for one in MUTANTS if not parts or any(part in one.name for part in parts)]
    with tempfile.TemporaryDirectory(prefix="kcontract-mutants-") as folder:
        copy = Path(folder)
        _copy(copy)
        import_all(copy)
        for stage in STAGES:  # and whoever imports a module first has written its bytecode
            if failed := run_tests(copy, [stage], keep_bytecode=True):
                print(f"the tests fail without any mutant: {failed}")
                return 2
        alive = [one.name for one in chosen if not _is_killed(copy, one)]
    print(f"{len(chosen)} mutants, {len(chosen) - len(alive)} killed or harmless, {len(alive)} alive", *alive)
    return 1 if alive else 0


def _is_killed(copy: Path, mutant: Mutant) -> bool:
    path = copy / mutant.path
    changed = mutant.path.removesuffix(".py").replace("/", ".")
    text = path.read_text()
    path.write_text(text.replace(mutant.old, mutant.new))
    for cached in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
        cached.unlink()
    try:
        killer = next(filter(None, (run_tests(copy, targets, changed) for targets in _targets(copy, mutant))), "")
    finally:
        path.write_text(text)
    print(f"{mutant.name:44} {killer or f'SURVIVES {mutant.harmless}'}", flush=True)
    return bool(killer or mutant.harmless)


def _targets(copy: Path, mutant: Mutant) -> list[list[str]]:
    """The module's own tests first: most mutants end there, in less than a second."""
    room = Path(mutant.path).parts[1]
    near = [f"tests/unit/{one}.py" for one in mutant.near or (f"judge/{_own(mutant)}",)]
    first = [one for one in near if (copy / one).exists()]
    return [*([first] if first else []), *([stage] for stage in _AFTER.get(room, ()))]


def _own(mutant: Mutant) -> str:
    module = Path(mutant.path).relative_to("kcontract/judge").with_suffix("")
    return _NEAR.get(module.as_posix(), module.with_name(f"test_{module.name}").as_posix())


def _copy(folder: Path) -> None:
    """What the tests need of this repository."""
    unwanted = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in ("kcontract", "tests/docker", *(f"tests/unit/{room}" for room in _ROOMS)):
        shutil.copytree(REPO / name, folder / name, ignore=unwanted)
    for name in ("pyproject.toml", "tests/__init__.py", "tests/conftest.py", "tests/shared_kafka.py"):
        shutil.copy2(REPO / name, folder / name)
    shutil.copy2(REPO / "tests/unit/__init__.py", folder / "tests/unit/__init__.py")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
