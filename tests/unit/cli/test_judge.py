"""`kcontract judge`: a stored run, as any report, under other terms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kcontract.model.events import Event
from kcontract.store.runs import start_history
from tests.unit.cli.command import Ended, kcontract
from tests.unit.engine.test_judged_again import run_of

RUN = "20261121-150348-679d"


def store(root: Path, name: str, run: str = RUN) -> list[Event]:
    """The history of one of the invented runs."""
    events, _ = run_of(name)
    history = start_history(root, run)
    for event in events:
        history.append(event)
    history.close()
    return events


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one run that found something, and is the working directory."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    store(tmp_path, "swallow")
    return tmp_path


def flat(text: str) -> str:
    """The words, however they are wrapped."""
    return " ".join(text.split())


def items(ended: Ended) -> list[dict[str, object]]:
    return [json.loads(line) for line in ended.out.splitlines()]


@pytest.mark.parametrize("run", ["", RUN, f".kcontract/runs/{RUN}", f".kcontract/runs/{RUN}/history.msgpack"])
def test_a_run_is_found(project: Path, run: str) -> None:
    """The newest, by its name, or by a path."""
    ended = kcontract("judge", *([run] if run else []))
    assert (ended.code, ended.err) == (1, "")
    assert "NOT_DEAD_LETTERED" in ended.out
    assert f"history: .kcontract/runs/{RUN}/history.msgpack" in ended.out
    assert ended.out.endswith("exit 1: a promise was violated\n")
    assert not (project / ".kcontract" / "cases").exists()


def test_a_json_report_is_a_history_as_well(project: Path) -> None:
    """What was kept of a run in CI is enough, and says the same again."""
    first = kcontract("judge", "--report", "json")
    (project / "run.jsonl").write_text(first.out)
    again = kcontract("judge", "run.jsonl", "--report", "json")
    ends = [one[-1] for one in (items(first), items(again))]
    assert {**ends[0], "history": ""} == {**ends[1], "history": ""}
    assert items(first)[:-1] == items(again)[:-1]


@pytest.mark.usefixtures("project")
def test_a_run_that_is_not_there() -> None:
    """With what there is."""
    ended = kcontract("judge", "20261121-150348-679e")
    assert (ended.code, f"did you mean {RUN}?" in ended.err) == (2, True)


def test_a_damaged_history_is_told_with_its_place(project: Path) -> None:
    """It is not judged around the gap."""
    path = project / ".kcontract" / "runs" / RUN / "history.msgpack"
    data = path.read_bytes()
    path.write_bytes(data[:5] + b"\xc1" + data[6:])
    ended = kcontract("judge")
    assert ended.code == 2
    assert "history.msgpack, byte 0: not an event" in ended.err
    assert "[HISTORY_DAMAGED]" in ended.err


def test_a_history_that_was_cut_off_is_no_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Judged up to the cut, which is said."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    store(tmp_path, "good")
    assert kcontract("judge").code == 0
    path = tmp_path / ".kcontract" / "runs" / RUN / "history.msgpack"
    path.write_bytes(path.read_bytes()[:-200])
    ended = kcontract("judge")
    assert ended.code == 2
    assert "not the whole run: the history has no end" in ended.out


def test_a_history_without_a_run_is_an_error(project: Path) -> None:
    """Such as an empty file, or the end of one."""
    for data in (b"", b'{"event":"RunEnded","at":1.0}\n'):
        (project / "x.jsonl").write_bytes(data)
        ended = kcontract("judge", "x.jsonl")
        assert (ended.code, "[HISTORY_EMPTY]" in ended.err) == (2, True)


def test_a_baseline_from_the_run_to_the_next(project: Path) -> None:
    """Written, refused without reasons, then accepting what is known; it is never overwritten."""
    assert kcontract("judge", "--write-baseline", "known.yaml").code == 1
    refused = kcontract("judge", "--baseline", "known.yaml")
    assert refused.code == 2
    assert "known.yaml:8:13 BASELINE_REASON" in refused.err
    text = (project / "known.yaml").read_text()
    (project / "known.yaml").write_text(text.replace('reason: ""', 'reason: "#12"'))
    accepted = kcontract("judge", "--baseline", "known.yaml")
    assert accepted.code == 0, accepted.out
    assert "accepted: #12" in flat(accepted.out)
    assert "no finding but 1 accepted" in flat(accepted.out)
    again = kcontract("judge", "--write-baseline", "known.yaml")
    assert (again.code, "[BASELINE_EXISTS]" in again.err) == (2, True)
    store(project, "stray", "new")
    new = kcontract("judge", "new", "--baseline", "known.yaml")
    assert new.code == 1
    assert "did not occur: remove it from the baseline" in flat(new.out)
    assert kcontract("judge", "--baseline", "none.yaml").code == 2


@pytest.mark.usefixtures("project")
def test_what_fails_is_the_users_choice() -> None:
    """`--fail-on`, with the nearest word for one that is none."""
    assert kcontract("judge", "--fail-on", "CRASHED,LOST").code == 0
    assert kcontract("judge", "--fail-on", "NOT_DEAD_LETTERED").code == 1
    ended = kcontract("judge", "--fail-on", "none")
    assert (ended.code, "but 1 that --fail-on leaves out" in flat(ended.out)) == (0, True)
    wrong = kcontract("judge", "--fail-on", "CRASHD")
    assert (wrong.code, "did you mean CRASHED" in wrong.err) == (2, True)


def test_machine_formats_are_alone_on_standard_output(project: Path) -> None:
    """Other reports go to files."""
    ended = kcontract("judge", "--report", "junit", "--report", "sarif=out.sarif", "--report", "markdown=out.md")
    assert ended.out.startswith("<?xml ")
    assert json.loads((project / "out.sarif").read_text())["version"] == "2.1.0"
    assert (project / "out.md").read_text().startswith("## kcontract: 1 finding")


def test_on_github_actions_all_comes_by_itself(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Annotations, the step summary, and the text as ever."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project / "summary.md"))
    ended = kcontract("judge")
    assert ended.code == 1
    assert ended.err.startswith("::error file=contracts/orders.yaml,line=7,col=3,title=NOT_DEAD_LETTERED")
    assert ended.out.endswith("exit 1: a promise was violated\n")
    assert (project / "summary.md").read_text().startswith("## kcontract: 1 finding")


def test_an_error_is_no_command_either(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file name of a pull request from a fork, for one."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    (project / "x").write_bytes(b'{"event":"a\\n::stop-commands::x"}\n')
    ended = kcontract("judge", "x")
    assert ended.code == 2
    commands = [line for line in ended.err.splitlines() if line.strip().startswith("::")]
    assert commands == ["::error title=kcontract::the run broke off before its end"]
