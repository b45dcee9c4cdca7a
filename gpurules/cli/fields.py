"""``gpurules fields``."""

from __future__ import annotations

import click


@click.command("fields")
@click.argument("words", nargs=-1)
@click.option(
    "--counters",
    metavar="FILE",
    multiple=True,
    help="Only fields that this counters file exports; repeatable; - is standard input.",
)
@click.option("--all", "show_all", is_flag=True, help="Show every hit, not the first 40.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of the output.",
)
def command(words: tuple[str, ...], counters: tuple[str, ...], show_all: bool, form: str) -> None:
    """Search the DCGM fields.

    A field is shown that has every one of WORDS in one of its names, its record, its help, its subsystem, its kind or
    its unit. The whole name of a field, old or new, shows all that is known of it. Exit code 1 where nothing is found.

    \b
    Examples:
      gpurules fields power
      gpurules fields nvlink errors --all
      gpurules fields DCGM_FI_DEV_GPU_UTIL
      gpurules fields --counters my.csv --format json
    """
    import shutil

    from gpurules.app.fields import Question, show_fields

    width = shutil.get_terminal_size((80, 24)).columns
    click.echo(show_fields(Question(words, counters, show_all), form == "json", width), nl=False)
