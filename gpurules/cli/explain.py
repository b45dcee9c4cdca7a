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
    """Explain what CHECK finds, why it matters, and what to write instead. Without CHECK: the list of checks.

    \b
    Examples:
      gpurules explain
      gpurules explain join/duplicate-one-side
    """
    from shutil import get_terminal_size

    from gpurules.app.explain import explain_check, list_checks

    click.echo(explain_check(check) if check else list_checks(get_terminal_size((80, 24)).columns), nl=False)
