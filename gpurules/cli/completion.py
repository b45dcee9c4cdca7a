"""``gpurules completion``: the completion script of a shell."""

from __future__ import annotations

import click

from gpurules.cli.root import COMPLETION_VARIABLE, PROGRAM, root

SHELLS = ("bash", "zsh", "fish")

EXAMPLES = """\b
Examples:
  gpurules completion bash > ~/.local/share/bash-completion/completions/gpurules
  gpurules completion zsh > ~/.zfunc/_gpurules      # ~/.zfunc on the fpath
  gpurules completion fish > ~/.config/fish/completions/gpurules.fish"""


@click.command("completion", epilog=EXAMPLES)
@click.argument("shell", metavar="SHELL", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the completion script of SHELL: bash (4.4 or newer), zsh or fish.

    The script asks gpurules itself for what can follow, so it stays right when gpurules is upgraded.
    """
    click.echo(script(shell), nl=False)


def script(shell: str) -> str:
    """The script that makes ``shell`` (one of ``SHELLS``) complete gpurules; ends with a line break."""
    from click.shell_completion import ShellComplete, get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise ValueError(f"no completion for {shell}")
    # The base class's method: the one for bash starts a bash to see its version, which need not be the reader's.
    return ShellComplete.source(kind(root, {}, PROGRAM, COMPLETION_VARIABLE)).strip() + "\n"
