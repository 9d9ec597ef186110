"""The group `kcontract`. It imports click and nothing else: every command is loaded when it is run."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from kcontract import __version__
from kcontract.cli.console import fail
from kcontract.cli.lazy import Carried, Entry, LazyGroup

COMMANDS = {
    "init": Entry("kcontract.cli.init:init", "Write a first contract from a schema or a live topic."),
    "verify": Entry("kcontract.cli.verify:verify", "Run every service on a real broker and judge what it does."),
    "fuzz": Entry("kcontract.cli.fuzz:fuzz", "Call handlers with generated records, without a broker."),
    "replay": Entry("kcontract.cli.replay:replay", "Send the record of a finding again."),
    "judge": Entry("kcontract.cli.judge:judge", "Judge a stored run again, without a broker."),
    "report": Entry("kcontract.cli.report:report", "Join the reports of several runs into one."),
    "lint": Entry("kcontract.cli.lint:lint", "Check the contract files: every mistake at once, with its fix."),
    "kinds": Entry("kcontract.cli.kinds:kinds", "List the ways in which kcontract damages a record."),
    "explain": Entry("kcontract.cli.explain:explain", "Explain a verdict, a kind or a mistake by its code."),
    "broker": Entry("kcontract.cli.broker:broker", "Start, find and stop a local Apache Kafka."),
    "completion": Entry("kcontract.cli.completion:completion", "Print the completion script of a shell."),
}

_HELP = """Contract testing for the services that talk over Kafka.

A contract says what a topic carries and how each receiver must treat a bad record. kcontract sends valid and malformed
records to every service that a contract names, and judges from the outside whether it kept its promises.
"""

_EPILOG = """\b
Examples:
  kcontract lint                          check the files under contracts/
  kcontract verify                        judge every service on a local Apache Kafka
  kcontract verify --report json=run.jsonl
  kcontract replay 3f9a01c2               send the record of a finding again
  kcontract judge --report junit=junit.xml   the newest run once more, as another report
  kcontract explain ACCEPTED_INVALID      what a verdict means and how to fix it

\b
Exit codes:
  0 conforms · 1 a promise was violated · 2 wrong usage or files, or nothing was tested
  3 something that the run needs was not there, a retry may help · 130 interrupted
"""


class Session:
    """What the options of the group say."""

    def __init__(self) -> None:
        self.traceback = False


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    help=_HELP,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option("--traceback", is_flag=True, help="Print the traceback of an error as well.")
@click.version_option(__version__, prog_name="kcontract", message="%(prog)s %(version)s")
@click.pass_obj
def cli(session: Session, traceback: bool) -> None:
    session.traceback = traceback


def run(args: Sequence[str]) -> int:
    """Run one command line; its exit code. A command returns its own, or None for 0."""
    session = Session()
    try:
        code = cli.main(list(args), prog_name="kcontract", standalone_mode=False, obj=session)
        sys.stdout.flush()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except Carried as carried:
        return fail(carried.error, with_traceback=session.traceback)
    except (Exception, KeyboardInterrupt) as error:
        return fail(error, with_traceback=session.traceback)
    return code if isinstance(code, int) else 0
