"""JSON Schema: how many schemas of the official test suite are generated for, how fast, beside schemathesis.

Run with `python -m benchmarks.json_suite [DRAFT ...]`. The suite (JSON-Schema-Test-Suite) comes with the source package
of `jsonschema`, which pip downloads once, as it makes an environment with schemathesis, into the user's cache;
KCONTRACT_JSON_SUITE names a directory with the suite instead, `--alone` leaves schemathesis out, `--speed` the suite.

A schema counts as right if EXAMPLES different values come out, each valid to the validator of jsonschema_rs (formats
included) that this program sets up itself, or if it is refused as unsatisfiable and no test of the suite has a valid
value for it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import platformdirs
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from benchmarks.json_speed import speeds

EXAMPLES = 25
SUITE = "jsonschema==4.26.0"
ANCHOR = "schemathesis==4.32.5"
DRAFTS: dict[str, tuple[str, Any, int]] = {
    "4": ("draft4", jsonschema_rs.Draft4Validator, 4),
    "6": ("draft6", jsonschema_rs.Draft6Validator, 6),
    "7": ("draft7", jsonschema_rs.Draft7Validator, 7),
    "2019-09": ("draft2019-09", jsonschema_rs.Draft201909Validator, 19),
    "2020-12": ("draft2020-12", jsonschema_rs.Draft202012Validator, 20),
}
OUTCOMES = ("right", "invalid", "unsatisfiable", "missed", "error")
Make = Callable[[Any, str, dict[str, Any]], SearchStrategy[Any] | None]
"""The strategy of a schema in a draft, None where the maker calls it unsatisfiable."""
SETTINGS = settings(
    max_examples=EXAMPLES, database=None, deadline=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def cache() -> Path:
    """Where what was downloaded is kept."""
    path = Path(platformdirs.user_cache_dir("kcontract")) / "benchmarks"
    path.mkdir(parents=True, exist_ok=True)
    return path


def suite() -> Path:
    """The directory with `tests` and `remotes`."""
    given_one = os.environ.get("KCONTRACT_JSON_SUITE")
    if given_one:
        return Path(given_one)
    name = SUITE.replace("==", "-")
    found = cache() / name / "json"
    if not found.exists():
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*download, "--dest", str(cache()), SUITE], check=True, timeout=300)
        with tarfile.open(cache() / f"{name}.tar.gz") as archive:
            archive.extractall(cache(), filter="data")
    return found


def remotes(root: Path) -> dict[str, Any]:
    """What schemas of the suite refer to, by URI."""
    base = root / "remotes"
    return {
        f"http://localhost:1234/{path.relative_to(base).as_posix()}": json.loads(path.read_text(encoding="utf-8"))
        for path in base.rglob("*.json")
    }


def groups(root: Path, draft: str) -> Iterator[dict[str, Any]]:
    """Each schema of a draft, with its description and tests."""
    for path in sorted((root / "tests" / DRAFTS[draft][0]).glob("*.json")):
        for group in json.loads(path.read_text(encoding="utf-8")):
            yield {**group, "file": path.stem}


def outcome(make: Make, group: dict[str, Any], draft: str, known: dict[str, Any]) -> tuple[str, int, str]:
    """What came of one schema (one of OUTCOMES), how many values, and words where it is not right."""
    schema = group["schema"]
    valid = DRAFTS[draft][1](schema, retriever=lambda uri: known[uri.partition("#")[0]], validate_formats=True).is_valid
    found: list[Any] = []
    try:
        strategy = make(schema, draft, known)
        if strategy is None:
            satisfiable = any(test["valid"] for test in group["tests"])
            return ("missed", 0, "called unsatisfiable") if satisfiable else ("unsatisfiable", 0, "")
        _draw(strategy, found)
    except Exception as error:  # whatever a generator does with a schema is its outcome
        return "error", len(found), f"{type(error).__name__}: {error}"[:120]
    wrong = [value for value in found if not valid(value)]
    return ("invalid", len(found), f"{wrong[0]!r:.80}") if wrong else ("right", len(found), "")


def _draw(strategy: SearchStrategy[Any], found: list[Any]) -> None:
    @SETTINGS
    @given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    collect()


def table(make: Make, drafts: list[str]) -> dict[str, dict[str, Any]]:
    """For each draft the outcomes with counts, values, seconds, and what went wrong."""
    root = suite()
    known = remotes(root)
    rows: dict[str, dict[str, Any]] = {}
    for draft in drafts:
        counts: Counter[str] = Counter()
        values, notes, start = 0, [], time.perf_counter()
        for group in groups(root, draft):
            one, number, words = outcome(make, group, draft, known)
            counts[one] += 1
            values += number
            if words:
                notes.append(f"{group['file']}: {group['description']}: {one}, {words}")
        seconds = time.perf_counter() - start
        rows[draft] = {"outcomes": dict(counts), "values": values, "seconds": round(seconds, 1), "notes": notes}
    return rows


def ours(schema: Any, draft: str, known: dict[str, Any]) -> SearchStrategy[Any] | None:
    """kcontract's strategy."""
    from kcontract.errors import UsageError  # noqa: PLC0415 - the other environment has no kcontract
    from kcontract.strategies import json_schema  # noqa: PLC0415

    try:
        return json_schema(schema, draft=draft, references=known)  # type: ignore[arg-type]
    except UsageError as error:
        if error.code == "GENERATE_UNSATISFIABLE":
            return None
        raise


def anchor(schema: Any, draft: str, known: dict[str, Any]) -> SearchStrategy[Any] | None:
    """What schemathesis generates from, by its own canonical form: an internal function of a pinned version."""
    from benchmarks.json_anchor import build  # noqa: PLC0415 - in its own environment only

    made: SearchStrategy[Any] | None = build(schema, DRAFTS[draft][2], known)
    return made


def _anchor_python() -> Path:
    """The interpreter of an environment with schemathesis."""
    home = cache() / ANCHOR.replace("==", "-")
    python = home / "bin" / "python"
    if not (home / ".ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, timeout=120)
        command = [str(python), "-m", "pip", "install", "--quiet", ANCHOR, "platformdirs"]
        subprocess.run(command, check=True, timeout=600)
        (home / ".ready").touch()
    return python


def _of_anchor(drafts: list[str]) -> dict[str, Any]:
    command = [str(_anchor_python()), "-m", "benchmarks.json_suite", "--anchor", *(drafts or ["--speed"])]
    done = subprocess.run(command, check=True, timeout=1_800, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _print(name: str, rows: dict[str, dict[str, Any]]) -> None:
    for draft, row in rows.items():
        counts = row["outcomes"]
        total = sum(counts.values())
        right = counts.get("right", 0) + counts.get("unsatisfiable", 0)
        parts = "  ".join(f"{one} {counts.get(one, 0):>3}" for one in OUTCOMES)
        print(f"  {name:<13} {draft:<8} {right:>3}/{total} {right / total:6.1%}   {parts}   {row['seconds']:>6} s")
        for note in row["notes"]:
            print(f"      {note}")


def main() -> None:
    """Print the tables; with `--anchor`, as the other environment, JSON."""
    words = sys.argv[1:]
    drafts = [] if "--speed" in words else [word for word in words if word in DRAFTS] or list(DRAFTS)
    if "--anchor" in words:
        print(json.dumps({"table": table(anchor, drafts), "speeds": speeds(anchor)}))
        return
    others = {} if "--alone" in words else _of_anchor(drafts)
    if drafts:
        print(f"official JSON Schema test suite, {EXAMPLES} values a schema; right: all valid, or rightly refused")
    _print("kcontract", table(ours, drafts))
    if others:
        _print("schemathesis", others["table"])
    print("values of an event of eight fields per second")
    found = {"kcontract": speeds(ours), **({"schemathesis": others["speeds"]} if others else {})}
    for name, rates in found.items():
        words = [f"{what} {rate:,.0f}" for what, rate in rates.items()]
        print(f"  {name:<13} " + "   ".join(words))
    ratios = {name: rates["schema"] / rates["by hand"] for name, rates in found.items()}
    for name, ratio in ratios.items():
        print(f"  {name:<13} {ratio:.2f} x a strategy by hand, in the same process (budget 0.8)")
    if others:
        beside = ratios["kcontract"] / ratios["schemathesis"]
        print(f"  kcontract     {beside:.2f} x schemathesis, by these ratios (budget 1.5)")


if __name__ == "__main__":
    main()
