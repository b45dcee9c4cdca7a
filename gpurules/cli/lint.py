"""``gpurules lint``."""

from __future__ import annotations

import click

from gpurules.cli.colour import color_option
from gpurules.cli.options import ConfiguredCommand, configuration_options
from gpurules.config.model import Config

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "checkstyle")
SEVERITIES = ("info", "warning", "error")


@click.command("lint", cls=ConfiguredCommand)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@configuration_options("dcgm", "kubevirt", "--path", "--cluster-label", "--target", "--label")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="Form of the report."
)
@click.option("--output-file", metavar="FILE", default="-", show_default=True, help="Write the report here.")
@click.option(
    "--relative-to",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    default=".",
    show_default=True,
    help="The folder that paths start from in sarif, github, gitlab, junit and checkstyle.",
)
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
@color_option
@click.option("--exit-zero", is_flag=True, help="Exit 0 even if there are findings.")
@click.option("--baseline", metavar="FILE", default="", help="Report only what this file does not list.")
@click.option("--write-baseline", is_flag=True, help="Write what is found into the baseline file, and exit 0.")
@click.option(
    "--diff", "since", metavar="REF", default="", help="Report only rules that changed since this commit; all are read."
)
@click.option("--fix", is_flag=True, help="Repair what is certain, in the files; report the rest.")
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
    relative_to: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    show: str,
    color: str,
    exit_zero: bool,
    baseline: str,
    write_baseline: bool,
    since: str,
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
      gpurules lint --format sarif --output-file out.sarif --diff origin/main .
      gpurules lint --baseline known.json --write-baseline rules/
      gpurules lint --fix rules/
      gpurules explain join/duplicate-one-side
    """
    import os
    import sys
    from shutil import get_terminal_size

    from gpurules.app.lint import Request, baseline_of, lint, report, write_rewrites
    from gpurules.lint.finding import Severity
    from gpurules.text.terminal import is_terminal, wants_colour
    from gpurules.text.write import write_atomically

    if write_baseline and (not baseline or fix or since):
        raise click.UsageError("--write-baseline needs --baseline FILE, and neither --fix nor --diff.")
    if fix and "-" in paths:
        raise click.UsageError("--fix changes files; it cannot change standard input.")
    request = Request(
        paths=paths or (".",),
        select=select,
        ignore=ignore,
        shown=Severity[show.upper()],
        fails=Severity[fail_on.upper()],
        skip_others=skip_others,
        stdin_name=stdin_name,
        baseline="" if write_baseline else baseline,
        since=since,
        jobs=jobs or min(2, os.cpu_count() or 1),
    )
    outcome = lint(request, config, fix)
    if write_baseline:
        known, count = baseline_of(outcome, baseline)
        write_atomically(baseline, known)
        _note(f"{_count(count, 'finding', 'findings')} written to {baseline}")
        return
    write_rewrites(outcome.rewrites)
    if outcome.fixed:
        files = _count(len(outcome.rewrites), "file", "files")
        _note(f"{_count(outcome.fixed, 'finding', 'findings')} repaired in {files}")
    if outcome.outdated:
        entries = _count(outcome.outdated, "entry", "entries")
        _note(f"{entries} of {baseline} outdated; --write-baseline drops what is gone")
    seen = output_file == "-" and is_terminal(sys.stdout)
    colour = output_file == "-" and wants_colour(color, os.environ, seen)
    text = report(outcome, form, colour, relative_to, get_terminal_size((0, 0)).columns if seen else 0)
    if text or output_file != "-":
        write_atomically(output_file, text, may_be_empty=True)
    if outcome.failed and not exit_zero:
        raise click.exceptions.Exit(1)


def _note(text: str) -> None:
    from gpurules.text.terminal import safe

    click.echo(f"gpurules: note: {safe(text)}", err=True)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
