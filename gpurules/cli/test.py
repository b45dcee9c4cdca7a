"""``gpurules test``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gpurules.cli.colour import color_option
from gpurules.cli.options import ConfiguredCommand, configuration_options
from gpurules.cli.ranges import Seconds
from gpurules.config.model import Config

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from gpurules.app.test import Prepared

FORMS = ("text", "json", "junit", "vmalert")
VMALERT = "vmalert"
LONGEST = 86_400
"""Seconds."""
MOST_LINES = 400
"""Of a diff that are shown."""


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
    "-o",
    "--output",
    metavar="FOLDER",
    type=click.Path(),
    help="Write the rules and the test files here instead, to keep and to run without gpurules.",
)
@click.option(
    "--check", is_flag=True, help="With -o: write nothing; exit 1 with a diff if FOLDER is not what would be written."
)
@click.option(
    "--format",
    "forms",
    type=click.Choice(FORMS),
    multiple=True,
    help="Form of the report; vmalert: the tests are for VictoriaMetrics' vmalert-tool, alone or beside a form."
    "  [default: text]",
)
@click.option(
    "--seed",
    metavar="NUMBER",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Other names, GPUs, numbers and moments for the same stories.",
)
@click.option(
    "--promtool",
    "program",
    metavar="PATH",
    default="",
    help="The promtool, or with --format vmalert the vmalert-tool, that runs the tests.",
)
@click.option(
    "--timeout",
    "limit",
    metavar="SECONDS",
    type=Seconds(1, LONGEST),
    default=120,
    show_default=True,
    help="How long one test may run.",
)
@color_option
def command(
    config: Config,
    scenarios: tuple[str, ...],
    listed: bool,
    output: str | None,
    check: bool,
    forms: tuple[str, ...],
    seed: int,
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
      gpurules test --seed 7
      gpurules test --list
      gpurules test -o tests/rules && promtool test rules tests/rules/*_test.yaml
      gpurules test --format junit > report.xml
      gpurules test --format vmalert --format json
    """
    import os
    import sys

    from gpurules.app.test import Request, listing, prepare, program_for, run
    from gpurules.proving.report.registry import reporter
    from gpurules.text.terminal import is_terminal, wants_colour
    from gpurules.text.write import write_atomically

    if check and output is None:
        raise click.UsageError("--check needs -o FOLDER, the folder to compare with.")
    reports = [form for form in dict.fromkeys(forms) if form != VMALERT] or ["text"]
    if len(reports) > 1:
        raise click.UsageError(f"--format {' and --format '.join(reports)} exclude each other.")
    (form,) = reports
    if listed:
        from shutil import get_terminal_size

        write_atomically("-", listing(get_terminal_size().columns))
        return
    judge = VMALERT if VMALERT in forms else "promtool"
    request = Request(scenarios, judge, program, seed, limit)
    prepared = prepare(config, request)
    for note in prepared.rendering.notes:
        _note(note)
    if output is not None:
        _write(prepared, request.judge, output, check)
        return
    report = run(prepared, request, program_for(request, config), lambda scenario: None)
    from dataclasses import replace

    colour = form == "text" and wants_colour(color, os.environ, is_terminal(sys.stdout))
    write_atomically("-", reporter(form)(replace(report, colour=colour)))
    if report.failed:
        raise click.exceptions.Exit(1)


def _write(prepared: Prepared, judge: str, folder: str, check: bool) -> None:
    from itertools import islice

    from gpurules.app.test_files import differences, files, run_with
    from gpurules.text.errors import CheckFailed, Problem
    from gpurules.text.span import Location
    from gpurules.text.write_folder import write_folder

    texts = files(prepared, judge)
    if check:
        lines = differences(folder, texts).splitlines(keepends=True)
        if lines:
            click.echo("".join(islice(lines, MOST_LINES)), nl=False)
            if len(lines) > MOST_LINES:
                click.echo(f"... {len(lines) - MOST_LINES} more lines")
            advice = f"run gpurules test again with -o {folder}"
            raise CheckFailed(Problem("the files are not what would be written", Location(folder), advice))
        return
    write_folder(folder, texts)
    _note(f"{len(texts) - 1} test files written; run: {run_with(judge, folder)}")
    for gap in prepared.gaps:
        _note(f"not tested: {', '.join(gap.records)}: {gap.reason}")


def _note(text: str) -> None:
    from gpurules.text.terminal import safe

    click.echo(f"gpurules: note: {safe(text)}", err=True)
