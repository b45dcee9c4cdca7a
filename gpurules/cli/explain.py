"""``gpurules explain``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from gpurules.lint.identifiers import CHECKS

    return [CompletionItem(identifier) for identifier in CHECKS if identifier.startswith(incomplete)]


@click.command("explain")
@click.argument("check", required=False, default="", shell_complete=_complete)
def command(check: str) -> None:
    """Explain what CHECK finds, why it matters, and what to write instead.

    CHECK is a check, or a group of them such as join, which is listed. Without it: the list of all checks.

    \b
    Examples:
      gpurules explain
      gpurules explain join
      gpurules explain join/duplicate-one-side
    """
    from shutil import get_terminal_size

    from gpurules.app.explain import explain_check, list_checks

    width = get_terminal_size((80, 24)).columns
    click.echo(explain_check(check, width) if check else list_checks(width), nl=False)
