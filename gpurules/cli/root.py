"""The root command group: knows each command's name and one-line help, and imports a command only when it runs."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence

import click

from gpurules.version import __version__

PROGRAM = "gpurules"
COMPLETION_VARIABLE = "_GPURULES_COMPLETE"

COMMANDS: dict[str, tuple[str, str]] = {
    "render": ("gpurules.cli.render", "Write the recording rules of a fleet."),
    "test": ("gpurules.cli.test", "Test the rules on clusters that change."),
    "lint": ("gpurules.cli.lint", "Check rule files: structure, PromQL, joins, labels, units."),
    "explain": ("gpurules.cli.explain", "Explain what a check finds."),
    "type": ("gpurules.cli.type", "Show the type of a PromQL expression, step by step."),
    "probe": ("gpurules.cli.probe", "Probe the DCGM host engine of guests."),
    "doctor": ("gpurules.cli.doctor", "Find out on a cluster whether GPUs and VMs are tied together."),
    "scaffold": ("gpurules.cli.scaffold", "Print the manifests around the rules."),
    "diff": ("gpurules.cli.diff", "Show what apply would change in the cluster."),
    "apply": ("gpurules.cli.apply", "Apply the rules to the cluster, and see that they are loaded."),
    "fields": ("gpurules.cli.fields", "Search the DCGM fields."),
    "labels": ("gpurules.cli.labels", "Show the labels that a metric carries."),
    "config": ("gpurules.cli.config", "Print the effective configuration."),
    "completion": ("gpurules.cli.completion", "Print the completion script of a shell."),
}
"""Command name -> module that holds it as ``command``, and the line that ``gpurules --help`` shows."""

EPILOG = """\b
Exit codes:
  0  done
  1  a check failed, or there are findings
  2  wrong usage, configuration or input
  3  the environment failed: disk, permission, network, a missing program

Product on stdout, one line per error on stderr."""


class LazyGroup(click.Group):
    """A group that reads its commands from ``COMMANDS`` and imports none of them to list or complete them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None where the table has no such name."""
        return load(cmd_name) if cmd_name in COMMANDS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest command's name where there is none of that name."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise _no_such_command(args[0])
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, help_line) in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[click.shell_completion.CompletionItem]:
        """Names from the table, then the group's own options."""
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=help_line)
            for name, (_, help_line) in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]


@click.group(
    PROGRAM,
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def root() -> None:
    """Recording rules that tie NVIDIA DCGM metrics to KubeVirt virtual machines."""


def load(name: str) -> click.Command:
    """Import the command ``name`` of ``COMMANDS``. Raises ModuleNotFoundError where the installation lacks it."""
    module = importlib.import_module(COMMANDS[name][0])
    command = module.command
    if not isinstance(command, click.Command):
        raise TypeError(f"{COMMANDS[name][0]}.command is no command")
    return command


def invoke(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code.

    Raises InputError for wrong usage, KeyboardInterrupt where a person gave up, and whatever the command raises.
    """
    if COMPLETION_VARIABLE in os.environ:
        from click.shell_completion import shell_complete

        return shell_complete(root, {}, PROGRAM, COMPLETION_VARIABLE, os.environ[COMPLETION_VARIABLE])
    try:
        with root.make_context(PROGRAM, list(arguments)) as context:
            root.invoke(context)
        return 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.exceptions.NoArgsIsHelpError as nothing_said:
        click.echo(nothing_said.format_message(), err=True)
        return nothing_said.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        from gpurules.cli.usage import as_input_error

        raise as_input_error(error) from None


def _no_such_command(name: str) -> Exception:
    from gpurules.text.errors import InputError, Problem
    from gpurules.text.nearest import did_you_mean

    return InputError(
        Problem(f'no such command "{name[:100]}"', advice=did_you_mean(name, COMMANDS) or f"see {PROGRAM} --help")
    )
