"""The soak runs what is missing, counts who was blamed, and stops in time."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.lab import pool, soak
from tests.lab.running import Result, Watch
from tests.lab.twin import GOOD, Twin, earns
from tests.lab.twins import ORDINARY_KINDS

_TWINS = tuple(Twin(name, "go", "franz-go", "tests/lab/go/franz.yaml") for name in ("it", "other"))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[int, str]]:
    """Which twins were run with which seed; with the second seed one of them is blamed."""
    ran: list[tuple[int, str]] = []

    def run(batch: Sequence[Twin], seed: int, _watch: Watch) -> list[Result]:
        ran.extend((seed, twin.name) for twin in batch)
        got = [earns("LOST") if (seed, twin.name) == (2, "other") else GOOD for twin in batch]
        return [Result(twin, earned, 5, 1.0) for twin, earned in zip(batch, got, strict=True)]

    monkeypatch.setattr(pool, "run", run)
    monkeypatch.setattr(soak, "TWINS", (*_TWINS, Twin("bad", "go", "franz-go", "", expects=earns("LOST"))))
    monkeypatch.setattr(soak, "DONE", tmp_path / "soak.jsonl")
    monkeypatch.setattr(soak, "LOADS", ("idle",))
    return ran


def soaked(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The soak's exit code."""
    monkeypatch.setattr(sys, "argv", ["soak", *arguments])
    return soak.main()


def test_every_good_twin_once_a_round(
    runs: list[tuple[int, str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was run before is not run again, and counts; who was blamed is told."""
    assert soaked(monkeypatch, "1") == 0
    assert soaked(monkeypatch, "2") == 1
    assert sorted(runs) == [(1, "it"), (1, "other"), (2, "it"), (2, "other")]
    assert "3 of 4 runs without a finding" in capsys.readouterr().out


def test_no_round_begins_when_time_is_over(runs: list[tuple[int, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """A soak of no minutes runs nothing, and shows nothing to be right."""
    assert soaked(monkeypatch, "20", "--minutes", "0") == 1
    assert runs == []
    assert not soak.DONE.exists()


def test_one_load_alone(runs: list[tuple[int, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that is never idle only the busy rounds tell anything."""
    monkeypatch.setattr(soak, "LOADS", ("idle", "calm"))
    assert soaked(monkeypatch, "1", "--load", "calm") == 0
    assert {json.loads(line)["load"] for line in soak.DONE.read_text().splitlines()} == {"calm"}
    assert len(runs) == 2


def test_a_stopped_soak_goes_on(runs: list[tuple[int, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is missing of a round is run."""
    row = {"twin": "it", "load": "idle", "seed": 1, "right": True, "got": [], "blocked": ""}
    soak.DONE.write_text(json.dumps(row) + "\n")
    assert soaked(monkeypatch, "1") == 0
    assert runs == [(1, "other")]


def test_the_rounds_after_a_whole_one_share_out_the_kinds(
    monkeypatch: pytest.MonkeyPatch, runs: list[tuple[int, str]]
) -> None:
    """Each fifth round sends everything; those between send each ordinary kind once, and valid records always."""
    sent: list[tuple[int, str, int]] = []

    def run(batch: Sequence[Twin], seed: int, _watch: Watch) -> list[Result]:
        sent.extend((seed, twin.kinds, twin.examples) for twin in batch if twin.name == "it")
        return [Result(twin, GOOD, 5, 1.0) for twin in batch]

    monkeypatch.setattr(pool, "run", run)
    assert soaked(monkeypatch, "6") == 0
    assert runs == []
    assert [(seed, examples) for seed, kinds, examples in sent if not kinds] == [(1, 60), (6, 60)]
    parts = [kinds.split(",") for _, kinds, _ in sent if kinds]
    assert [part[0] for part in parts] == ["valid"] * 4
    assert sorted(kind for part in parts for kind in part[1:]) == sorted(ORDINARY_KINDS)


def test_twins_with_few_kinds_are_always_sent_all_of_them(
    monkeypatch: pytest.MonkeyPatch, runs: list[tuple[int, str]]
) -> None:
    """So are those with faults: a quarter of little shows nothing."""
    few = Twin("few", "go", "franz-go", "tests/lab/go/franz.yaml", kinds="empty_value", examples=20)
    sent: list[Twin] = []

    def run(batch: Sequence[Twin], seed: int, _watch: Watch) -> list[Result]:
        sent.extend(twin for twin in batch if seed == 2)
        return [Result(twin, GOOD, 5, 1.0) for twin in batch]

    monkeypatch.setattr(pool, "run", run)
    monkeypatch.setattr(soak, "TWINS", (few,))
    assert soaked(monkeypatch, "2") == 0
    assert runs == []
    assert sent == [few]
