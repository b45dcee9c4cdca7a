"""``gpurules lint``."""

from __future__ import annotations

import click

from gpurules.cli.options import ConfiguredCommand, configuration_options
from gpurules.config.model import Config

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "checkstyle")
SEVERITIES = ("info", "warning", "error")


@click.command("lint", cls=ConfiguredCommand)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@configuration_options("dcgm", "kubevirt", "--path", "--cluster-label")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="Form of the report."
)
@click.option("--output-file", metavar="FILE", default="-", show_default=True, help="Write the report here.")
@click.option("--select", metavar="CHECK", multiple=True, help="Run only this check or group of checks; repeatable.")
@click.option("--ignore", metavar="CHECK", multiple=True, help="Leave out this check or group of checks; repeatable.")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="warning",
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option(
    "--show",
    type=click.Choice(SEVERITIES),
    default="warning",
    show_default=True,
    help="The least severity that is reported; info is what is not proved.",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour; auto is for a terminal, unless NO_COLOR is set.",
)
@click.option("--diff", metavar="REF", default="", help="Report only rules that changed since this branch left REF.")
@click.option("--baseline", metavar="FILE", default="", help="Do not report the findings in this file.")
@click.option("--update-baseline", is_flag=True, help="Write the findings to the baseline instead of reporting them.")
@click.option("--fix", is_flag=True, help="Repair, in the files, what has one certain repair.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=None,
    metavar="N",
    help="Processes.  [default: 2, if there are two processors]",
)
@click.option("--skip-others", is_flag=True, help="Skip named files that hold no rules.")
@click.option("--stdin-name", metavar="NAME", default="", help="What standard input is called in the report.")
def command(
    paths: tuple[str, ...],
    config: Config,
    form: str,
    output_file: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    show: str,
    color: str,
    diff: str,
    baseline: str,
    update_baseline: bool,
    fix: bool,
    jobs: int | None,
    skip_others: bool,
    stdin_name: str,
) -> None:
    """Check rule files: structure, PromQL, joins, labels, DCGM fields, units.

    PATH is a file, a folder, a pattern such as 'rules/**/*.yaml', or - for standard input; default: this folder. Read
    are PrometheusRule, VMRule, plain rule files, and Lists of them. Records of all files are known in all others.

    \b
    Examples:
      gpurules lint rules.yaml
      gpurules lint --kubevirt v1.6 --exporter 4.5.3-4.8.2 rules/
      gpurules render | gpurules lint --fail-on info -
      gpurules explain join/duplicate-one-side
    """
    import os

    from gpurules.app.lint import Request, lint, report
    from gpurules.lint.finding import Severity
    from gpurules.text.write import write_atomically

    request = Request(
        paths=paths or (".",),
        select=select,
        ignore=ignore,
        shown=Severity[show.upper()],
        fails=Severity[fail_on.upper()],
        skip_others=skip_others,
        stdin_name=stdin_name,
        diff=diff,
        baseline=baseline,
        update_baseline=update_baseline,
        fix=fix,
        jobs=jobs or min(2, os.cpu_count() or 1),
    )
    outcome = lint(request, config)
    text = report(outcome, form, output_file == "-" and _wants_colour(color))
    for note in outcome.notes:
        click.echo(f"gpurules: note: {note}", err=True)
    if text or output_file != "-":
        write_atomically(output_file, text or "\n")
    if outcome.failed:
        raise click.exceptions.Exit(1)


def _wants_colour(color: str) -> bool:
    import os
    import sys

    if color != "auto":
        return color == "always"
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and sys.stdout.isatty()
