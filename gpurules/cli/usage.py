"""What click says about wrong usage, in the form of every other error."""

from __future__ import annotations

import click

from gpurules.text.errors import InputError, Problem


def as_input_error(error: click.ClickException) -> InputError:
    """``error`` as one problem on one line: what is wrong, then the nearest name or where the help is."""
    return InputError(Problem(_what(error), advice=_advice(error)))


def _what(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        return f"no such option '{error.option_name}'"
    message = " ".join(error.format_message().split()).rstrip(".")
    return message[:1].lower() + message[1:]


def _advice(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption) and error.possibilities:
        return f"did you mean '{error.possibilities[0]}'?"
    if not isinstance(error, click.UsageError) or error.message.endswith("?"):
        return ""
    path = error.ctx.command_path if error.ctx else "gpurules"
    return f"see '{path} --help'"
