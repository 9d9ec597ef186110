"""The group `kcontract`: start-up, help, errors, exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import click
import pytest

from kcontract import __version__
from kcontract.cli.lazy import Entry, load
from kcontract.cli.main import COMMANDS
from kcontract.errors import BrokerError, UsageError
from tests.unit.cli.command import kcontract

Raises = Callable[[BaseException], None]
HEAVY = """
import sys
from kcontract.cli.main import run
code = run(["--help"])
tops = {name.partition(".")[0] for name in sys.modules}
print("LOADED", *sorted(tops - set(sys.stdlib_module_names) - {"__main__", "__mp_main__"}))
"""


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Raises]:
    """A command `fails` that raises what it is given."""
    errors: list[BaseException] = []

    @click.command()
    def fails() -> None:
        raise errors[0]

    monkeypatch.setitem(COMMANDS, "fails", Entry("tests.unit.cli.test_main:COMMAND", "Fails."))
    monkeypatch.setattr(sys.modules[__name__], "COMMAND", fails, raising=False)
    yield errors.append


def test_help_loads_click_and_nothing_else() -> None:
    """The budget of 0.1 s is kept by what is not imported, so that is what is tested."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "COVERAGE_"))}
    done = subprocess.run([sys.executable, "-c", HEAVY], capture_output=True, text=True, check=True, env=clean)
    loaded = done.stdout.splitlines()[-1].split()[1:]
    # A .pth file of the environment may load more; it would do so without kcontract as well.
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*{name.partition('.')[0] for name in sys.modules})"],
        capture_output=True, text=True, check=True, env=clean,
    )  # fmt: skip
    assert set(loaded) - set(bare.stdout.split()) - {"_distutils_hack"} == {"click", "kcontract"}


def test_help_lists_every_command_with_examples() -> None:
    """Also one whose module is not there."""
    ended = kcontract("--help")
    assert ended.code == 0
    assert all(name in ended.out and entry.help in ended.out for name, entry in COMMANDS.items())
    assert "Examples:" in ended.out
    assert "Exit codes:" in ended.out
    assert kcontract("-h") == ended


def test_a_command_that_is_missing_does_not_break_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table is all that `--help` reads."""
    monkeypatch.setitem(COMMANDS, "ghost", Entry("kcontract.cli.ghost:ghost", "Not there."))
    assert "Not there." in kcontract("--help").out
    assert kcontract("ghost").code == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_no_entry_of_the_table_is_dead(name: str) -> None:
    """Every command can be loaded, and bears its name."""
    assert load(COMMANDS[name]).name == name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_examples(name: str) -> None:
    """`kcontract COMMAND -h` is where most people look first."""
    ended = kcontract(name, "-h")
    assert ended.code == 0
    assert f"Usage: kcontract {name}" in ended.out
    assert "Examples:" in ended.out


def test_a_target_that_is_no_command_is_told() -> None:
    """A mistake in the table is ours."""
    with pytest.raises(TypeError):
        load(Entry("kcontract.cli.main:run", ""))


def test_version() -> None:
    """One line."""
    assert kcontract("--version") == (0, f"kcontract {__version__}\n", "")


def test_no_command_shows_help_and_is_wrong_usage() -> None:
    """Nothing was tested: 2."""
    ended = kcontract()
    assert ended.code == 2
    assert "Commands:" in ended.err


@pytest.mark.parametrize(
    ("args", "parts"),
    [
        (["verfy"], ["no command is called 'verfy': did you mean verify?", "[USAGE]", "fix: see `kcontract --help`"]),
        (["xyzzy"], ["no command is called 'xyzzy' [USAGE]"]),
        (["--tracebck"], ["--tracebck", "--traceback", "[USAGE]"]),
        (["explain", "--hepl"], ["--hepl", "--help", "fix: see `kcontract explain --help`"]),
        (["explain", "A", "B"], ["unexpected extra argument", "[USAGE]"]),
        (["\x1b[2Jx"], ["\\x1b[2Jx"]),
    ],
)
def test_wrong_usage_is_told_with_the_nearest_name(args: list[str], parts: list[str]) -> None:
    """On standard error, with exit 2, and harmless for the terminal."""
    ended = kcontract(*args)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error: ")
    assert all(part in ended.err for part in parts), ended.err
    assert "\x1b" not in ended.err


def test_an_error_of_ours_has_code_and_fix(failing: Raises) -> None:
    """In one form, with its own exit code."""
    failing(BrokerError("BROKER_NONE", "no broker answers", "start one"))
    assert kcontract("fails") == (3, "", "error: no broker answers [BROKER_NONE]\n  fix: start one\n")


def test_a_message_of_several_lines_is_indented(failing: Raises) -> None:
    """The code stands at its end."""
    failing(UsageError("TWO", "first\nsecond\x07"))
    assert kcontract("fails").err == "error: first\n  second\\u0007\n  [TWO]\n"


def test_interruption_is_130(failing: Raises) -> None:
    """Ctrl-C is no failure of anybody's."""
    failing(KeyboardInterrupt())
    ended = kcontract("fails")
    assert ended.code == 130
    assert ended.err.strip() == "interrupted"


def test_a_defect_of_ours_is_one_line_and_where_to_report(failing: Raises) -> None:
    """Exit 2: a retry will not help (3), and no promise was found broken (1)."""
    failing(ZeroDivisionError("division by zero"))
    ended = kcontract("fails")
    assert ended.code == 2
    assert ended.err.startswith("error: ZeroDivisionError: division by zero [INTERNAL]\n  fix: this is a defect")
    assert "Traceback" not in ended.err


def test_an_end_of_file_is_a_defect_too(failing: Raises) -> None:
    """click would take it for Ctrl-D at a prompt, and we ask nothing."""
    failing(EOFError("read past the end"))
    ended = kcontract("fails")
    assert ended.code == 2
    assert "EOFError: read past the end [INTERNAL]" in ended.err


def test_the_traceback_is_for_those_who_ask(failing: Raises) -> None:
    """`--traceback` before the command."""
    failing(ZeroDivisionError("x"))
    ended = kcontract("--traceback", "fails")
    assert ended.code == 2
    assert "Traceback (most recent call last)" in ended.err
    assert "in fails" in ended.err


def test_a_missing_extra_is_named(failing: Raises) -> None:
    """Not a defect: `pip install kcontract` alone has no Kafka client."""
    failing(ModuleNotFoundError("No module named 'confluent_kafka'", name="confluent_kafka.admin"))
    ended = kcontract("fails")
    assert ended.code == 3
    assert "pip install 'kcontract[kafka]'" in ended.err


@pytest.mark.parametrize(("left", "code"), [(SystemExit(), 0), (SystemExit(3), 3), (SystemExit("text"), 1)])
def test_leaving_keeps_its_code(failing: Raises, left: SystemExit, code: int) -> None:
    """As Python itself would end."""
    failing(left)
    assert kcontract("fails").code == code


def test_a_reader_that_has_gone_is_no_defect() -> None:
    """`kcontract explain | head -0`: no traceback, no verdict."""
    with subprocess.Popen(
        [sys.executable, "-m", "kcontract", "explain"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 130


def test_the_module_runs() -> None:
    """`python -m kcontract` is the command."""
    done = subprocess.run([sys.executable, "-m", "kcontract", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"kcontract {__version__}\n"
