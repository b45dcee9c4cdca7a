"""What click says about wrong usage, in the form of every other error."""

from __future__ import annotations

import click

from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean


def as_input_error(error: click.ClickException) -> InputError:
    """``error`` as one problem on one line: what is wrong, then the nearest name or where the help is."""
    return InputError(Problem(_what(error), advice=_advice(error)))


def _what(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        return f'no such option "{error.option_name}"'
    message = " ".join(error.format_message().split()).rstrip(".")
    return message[:1].lower() + message[1:]


def _advice(error: click.ClickException) -> str:
    if not isinstance(error, click.UsageError):
        return ""
    see_help = f"see {error.ctx.command_path if error.ctx else 'gpurules'} --help"
    if isinstance(error, click.NoSuchOption) and error.ctx:
        return did_you_mean(error.option_name, _options(error.ctx)) or see_help
    return see_help


def _options(context: click.Context) -> list[str]:
    parameters = context.command.get_params(context)
    return [name for parameter in parameters for name in (*parameter.opts, *parameter.secondary_opts)]
