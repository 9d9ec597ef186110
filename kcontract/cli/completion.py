"""`kcontract completion`: the script that makes a shell complete commands, options and codes."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_EPILOG = """\b
Examples:
  kcontract completion bash > ~/.local/share/bash-completion/completions/kcontract
  kcontract completion zsh > ~/.zfunc/_kcontract        (with ~/.zfunc in fpath)
  kcontract completion fish > ~/.config/fish/completions/kcontract.fish
"""


@click.command(epilog=_EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell."""
    made = get_completion_class(shell)
    if made is None:  # click knows all three
        raise click.UsageError(f"no completion for {shell}")
    click.echo(made(context.find_root().command, {}, "kcontract", "_KCONTRACT_COMPLETE").source())
