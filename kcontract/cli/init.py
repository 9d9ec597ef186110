"""`kcontract init`: a first contract."""

from __future__ import annotations

import shlex

import click

from kcontract.cli.options import Seconds
from kcontract.errors import UsageError

_EPILOG = """\b
Examples:
  kcontract init schemas/patient_created.avsc --topic patient.created
  kcontract init 'schemas/*.avsc'                     one contract a schema; the topic is the file's name
  kcontract init --from-topic patient.created --bootstrap-servers localhost:9092 --registry http://localhost:8081
  kcontract init order.avsc --reference address.avsc  what the schema refers to stands in another file
  kcontract init order.json --service billing --command 'python -m billing.consumer'

\b
Exit codes: 0 written · 2 usage, or a file is there already · 3 broker or registry did not answer
"""


@click.command(epilog=_EPILOG)
@click.argument("schemas", nargs=-1, metavar="[SCHEMA]...")
@click.option(
    "--reference", "references", multiple=True, metavar="FILE", help="A schema that SCHEMA refers to; repeatable."
)
@click.option("--topic", metavar="NAME", help="Of the contract (default: the schema file's name).")
@click.option("--from-topic", metavar="NAME", help="A live topic: its newest records show schema, key and headers.")
@click.option(
    "--bootstrap-servers",
    "bootstrap",
    envvar="KCONTRACT_BOOTSTRAP_SERVERS",
    metavar="HOST:PORT",
    help="The cluster of --from-topic. It is only read.",
)
@click.option(
    "--registry", envvar="KCONTRACT_REGISTRY", metavar="URL", help="Where the schemas of --from-topic are looked up."
)
@click.option("--samples", type=click.IntRange(1, 100_000), default=200, help="Records that are looked at (200).")
@click.option("--max-time", "seconds", type=Seconds(1), default=10, metavar="SECONDS", help="For reading them (10).")
@click.option("--service", default="my-service", metavar="NAME", help="The receiver that the contract names.")
@click.option("--command", default="", metavar="COMMAND", help="What starts it.")
@click.option("--out", type=click.Path(file_okay=False), metavar="DIR", help="Default: contracts/ of the project.")
def init(command: str, **options: object) -> int:
    """Write a first contract, with comments, for each SCHEMA (.avsc files are Avro, all others JSON Schema; patterns
    are allowed), or for a live topic. Nothing is overwritten."""
    from kcontract.wiring.drafting import InitOptions, from_schemas  # noqa: PLC0415 - `--help` must not pay for it

    said = InitOptions(**{**options, "command": _words(command)})  # type: ignore[arg-type]
    if said.from_topic is not None:
        from kcontract.wiring.sampling import from_topic  # noqa: PLC0415 - the broker's client takes a while

        written = from_topic(said)
    else:
        written = from_schemas(said)
    for path in written:
        click.echo(f"wrote {path}")
    click.echo("next: read it, put your service in, and run `kcontract lint`", err=True)
    return 0


def _words(command: str) -> tuple[str, ...]:
    """The command's words, as a shell would see them. Raises UsageError COMMAND_QUOTES."""
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError("COMMAND_QUOTES", f"--command {command!r}: {error}", "close the quotes") from error
