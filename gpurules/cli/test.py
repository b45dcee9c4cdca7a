"""``gpurules test``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gpurules.cli.options import ConfiguredCommand, configuration_options
from gpurules.config.model import Config

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

FORMS = ("text", "json", "junit")
JUDGES = ("promtool", "vmalert")


def _scenario_names(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from gpurules.scenario.scenarios.registry import SCENARIOS

    return [CompletionItem(name) for name in SCENARIOS if name.startswith(incomplete)]


@click.command("test", cls=ConfiguredCommand)
@configuration_options("dcgm", "kubevirt", "rules")
@click.option(
    "--scenario",
    "scenarios",
    metavar="NAME",
    multiple=True,
    shell_complete=_scenario_names,
    help="Tell only this scenario; repeatable.  [default: all]",
)
@click.option("--list", "listed", is_flag=True, help="Print the scenarios, and test nothing.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="text",
    show_default=True,
    help="Form of the report.",
)
@click.option("--promtool", "program", metavar="PATH", default="", help="The program that runs the tests.")
@click.option(
    "--timeout",
    "limit",
    metavar="SECONDS",
    type=click.FloatRange(min=1),
    default=120,
    show_default=True,
    help="How long one test may run.",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour; auto is for a terminal, unless NO_COLOR or FORCE_COLOR is set.",
)
def command(
    config: Config,
    scenarios: tuple[str, ...],
    listed: bool,
    form: str,
    program: str,
    limit: float,
    color: str,
) -> None:
    """Test the rules on clusters that migrate, fail over, restart and lie.

    The rules that render would write are held against scenarios: for every collection path, way of scraping and
    spelling of exporters that the configuration asks for, the series that the components would expose, and what each
    record must show, worked out in plain Python without PromQL. promtool compares the two.

    \b
    Examples:
      gpurules test
      gpurules test --config gpurules.yaml --scenario migration --scenario mig
      gpurules test --list
      gpurules test --format junit > report.xml
    """
    import os
    import sys

    from gpurules.app.test import Request, listing, prepare, program_for, run
    from gpurules.proving.report.registry import reporter
    from gpurules.text.terminal import wants_colour
    from gpurules.text.write import write_atomically

    if listed:
        from shutil import get_terminal_size

        write_atomically("-", listing(get_terminal_size().columns))
        return
    request = Request(scenarios, program=program, limit=limit)
    prepared = prepare(config, request)
    for note in prepared.rendering.notes:
        click.echo(f"gpurules: note: {note}", err=True)
    report = run(prepared, request, program_for(request, config), lambda scenario: None)
    from dataclasses import replace

    colour = form == "text" and wants_colour(color, os.environ, sys.stdout.isatty())
    write_atomically("-", reporter(form)(replace(report, colour=colour)))
    if report.failed:
        raise click.exceptions.Exit(1)
