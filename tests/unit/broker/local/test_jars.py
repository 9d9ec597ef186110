"""The jars in the cache: each whole and verified, or not there; a second try always gets on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kcontract.broker.local import jars as jars_module
from kcontract.broker.local.jars import ensure_jars
from kcontract.broker.local.lock import Jar
from kcontract.broker.local.maven import REPOSITORY_VARIABLE
from kcontract.errors import BrokerError
from kcontract.host.ports import free_ports
from tests.unit.broker.local.repository import Repository, fake_lock, serving

LOCK, CONTENT = fake_lock()

_PROCESS = """
import sys
from pathlib import Path
import msgspec
from kcontract.broker.local.jars import ensure_jars
from kcontract.broker.local.lock import Lock
from kcontract.errors import KcontractError
try:
    ensure_jars(msgspec.json.decode(sys.argv[1], type=Lock), Path(sys.argv[2]))
except KcontractError as error:
    sys.exit(error.code)
"""


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """A repository with every jar of the lock, used instead of the public one."""
    with serving(dict(CONTENT)) as served:
        monkeypatch.setenv(REPOSITORY_VARIABLE, served.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield served


def in_process(directory: Path) -> subprocess.Popen[str]:
    """`ensure_jars` in another process."""
    command = [sys.executable, "-c", _PROCESS, msgspec.json.encode(LOCK).decode(), str(directory)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def visible(directory: Path) -> dict[str, bytes]:
    """What is in the cache for others to see."""
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def hidden(directory: Path) -> list[str]:
    """What is left beside the directory, but its lock."""
    return [path.name for path in directory.parent.iterdir() if path.name not in (directory.name, ".jars.lock")]


@pytest.mark.usefixtures("repository")
def test_all_jars_in_class_path_order(tmp_path: Path) -> None:
    """They are downloaded, verified and named in the order of the lock, and progress ends at the whole size."""
    told: list[tuple[int, int]] = []
    paths = ensure_jars(LOCK, tmp_path / "jars", lambda _, done, total: told.append((done, total)))
    assert [path.name for path in paths] == [jar.file_name for jar in LOCK.jars]
    assert visible(tmp_path / "jars") == CONTENT
    assert told[0] == (0, LOCK.size)
    assert told[-1] == (LOCK.size, LOCK.size)
    assert hidden(tmp_path / "jars") == []


def test_a_full_cache_asks_nobody(tmp_path: Path, repository: Repository) -> None:
    """The second time nothing is downloaded."""
    ensure_jars(LOCK, tmp_path / "jars")
    repository.requests.clear()
    ensure_jars(LOCK, tmp_path / "jars")
    assert not repository.requests


@pytest.mark.usefixtures("repository")
def test_jars_have_one_time(tmp_path: Path) -> None:
    """A jar that was downloaded again has the same time, so that archives made of it stay valid."""
    first, *_ = ensure_jars(LOCK, tmp_path / "jars")
    time = first.stat().st_mtime
    first.unlink()
    ensure_jars(LOCK, tmp_path / "jars")
    assert first.stat().st_mtime == time


def test_two_processes_at_once(tmp_path: Path, repository: Repository) -> None:
    """Both end well, and every jar is downloaded once."""
    processes = [in_process(tmp_path / "jars") for _ in range(2)]
    assert [process.communicate(timeout=60)[1] for process in processes] == ["", ""]
    assert [process.returncode for process in processes] == [0, 0]
    assert visible(tmp_path / "jars") == CONTENT
    assert {name: repository.requests[name] for name in CONTENT} == dict.fromkeys(CONTENT, 1)


def test_a_wrong_hash_is_refused(tmp_path: Path, repository: Repository) -> None:
    """An altered jar never gets into the cache; once the repository is right again, a retry succeeds."""
    name = LOCK.jars[1].file_name
    repository.content[name] = b"altered"
    with pytest.raises(BrokerError) as caught:
        ensure_jars(LOCK, tmp_path / "jars")
    assert caught.value.code == "BROKER_JARS_HASH"
    assert "org.example.parts:part1:1.1" in caught.value.message
    assert name not in visible(tmp_path / "jars")
    assert hidden(tmp_path / "jars") == []
    repository.content[name] = CONTENT[name]
    ensure_jars(LOCK, tmp_path / "jars")
    assert visible(tmp_path / "jars") == CONTENT


def test_a_killed_download_is_continued(tmp_path: Path, repository: Repository) -> None:
    """After `kill -9` half way through a jar nothing half-written is visible, and the next process completes it."""
    name = LOCK.jars[2].file_name
    repository.stalling.add(name)
    process = in_process(tmp_path / "jars")
    assert repository.stalled.wait(60)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert visible(tmp_path / "jars").items() <= CONTENT.items()
    assert name not in visible(tmp_path / "jars")
    repository.stalling.clear()
    ensure_jars(LOCK, tmp_path / "jars")
    assert visible(tmp_path / "jars") == CONTENT
    assert hidden(tmp_path / "jars") == []


def test_a_connection_cut_half_way(tmp_path: Path, repository: Repository) -> None:
    """A server that goes away in the middle of a jar is an unreachable one."""
    repository.stalling.add(LOCK.jars[0].file_name)
    repository.closing.set()
    with pytest.raises(BrokerError) as caught:
        ensure_jars(LOCK, tmp_path / "jars")
    assert caught.value.code in ("BROKER_JARS_UNREACHABLE", "BROKER_JARS_HASH")
    assert LOCK.jars[0].file_name not in visible(tmp_path / "jars")


def test_one_hiccup_is_overcome(tmp_path: Path, repository: Repository) -> None:
    """A server that refuses one request is asked again."""
    repository.failing.add(LOCK.jars[1].file_name)
    ensure_jars(LOCK, tmp_path / "jars")
    assert visible(tmp_path / "jars") == CONTENT
    assert repository.requests[LOCK.jars[1].file_name] == 2


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nobody answers, the error names the jar and three ways out."""
    monkeypatch.setenv(REPOSITORY_VARIABLE, f"http://127.0.0.1:{free_ports(1)[0]}/repository")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(BrokerError) as caught:
        ensure_jars(LOCK, tmp_path / "jars")
    assert caught.value.code == "BROKER_JARS_UNREACHABLE"
    assert "KCONTRACT_BOOTSTRAP_SERVERS" in caught.value.fix
    assert visible(tmp_path / "jars") == {}
    assert hidden(tmp_path / "jars") == []


def test_a_jar_that_the_repository_lacks(tmp_path: Path, repository: Repository) -> None:
    """A mirror without one of the jars is an unreachable one, and the error names the jar."""
    del repository.content[LOCK.jars[3].file_name]
    with pytest.raises(BrokerError, match=r"org\.example\.parts:part3:1\.3") as caught:
        ensure_jars(LOCK, tmp_path / "jars")
    assert caught.value.code == "BROKER_JARS_UNREACHABLE"


@pytest.mark.usefixtures("repository")
def test_a_full_disk_injected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Injected: the download fails as it does on a full disk. The error says so and a retry succeeds."""

    def full(_: Path) -> object:
        def fetch(jar: Jar) -> Path:
            raise OSError(28, "No space left on device", jar.file_name)

        return fetch

    with monkeypatch.context() as patch:
        patch.setattr(jars_module, "_fetcher", full)
        with pytest.raises(BrokerError) as caught:
            ensure_jars(LOCK, tmp_path / "jars")
    assert caught.value.code == "BROKER_CACHE_FULL"
    assert "KCONTRACT_CACHE_DIR" in caught.value.fix
    assert hidden(tmp_path / "jars") == []
    ensure_jars(LOCK, tmp_path / "jars")
    assert visible(tmp_path / "jars") == CONTENT


@pytest.mark.usefixtures("repository")
def test_a_full_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real where a private mount can be made (root, user namespaces), else injected: 8 KiB of memory are full."""
    in_namespace = ["unshare", "--mount", *(() if os.geteuid() == 0 else ("--user", "--map-root-user")), "sh", "-c"]
    mount = 'mount -t tmpfs -o size=8k none "$1"'
    if subprocess.run([*in_namespace, mount, "sh", tmp_path], capture_output=True, check=False).returncode != 0:
        return test_a_full_disk_injected(tmp_path, monkeypatch)
    script = f'{mount} && "$0" -c "$2" "$3" "$1/jars"; ls -A "$1"'
    ended = subprocess.run(
        [*in_namespace, script, sys.executable, tmp_path, _PROCESS, msgspec.json.encode(LOCK).decode()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stderr.strip() == "BROKER_CACHE_FULL"
    assert ended.stdout.split() == [".jars.lock", "jars"]
    return None


def test_a_cache_that_cannot_be_written(tmp_path: Path, repository: Repository) -> None:
    """A file where the cache should be: the error names the place and the variable."""
    (tmp_path / "file").touch()
    with pytest.raises(BrokerError) as caught:
        ensure_jars(LOCK, tmp_path / "file" / "jars")
    assert caught.value.code == "BROKER_CACHE_FAILED"
    assert "KCONTRACT_CACHE_DIR" in caught.value.fix
    assert not repository.requests


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without jgo the error says what to install."""
    monkeypatch.setitem(sys.modules, "kcontract.broker.local.maven", None)
    with pytest.raises(BrokerError) as caught:
        ensure_jars(LOCK, tmp_path / "jars")
    assert (caught.value.code, caught.value.fix) == ("BROKER_EXTRA_MISSING", "pip install 'kcontract[kafka]'")
