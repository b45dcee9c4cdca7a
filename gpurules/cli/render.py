"""``gpurules render``."""

from __future__ import annotations

import click

from gpurules.cli.options import ConfiguredCommand, configuration_options
from gpurules.config.model import Config


@click.command("render", cls=ConfiguredCommand)
@configuration_options
@click.option(
    "-o", "--output", metavar="FILE", default="-", show_default=True, help="Write here; - is standard output."
)
@click.option(
    "--check", is_flag=True, help="Write nothing; exit 1 with a diff if FILE differs from what would be written."
)
@click.option("--explain", is_flag=True, help="Print which records each counter becomes, or the reason why none.")
def command(config: Config, output: str, check: bool, explain: bool) -> None:
    """Render recording rules that book each GPU on its virtual machine.

    Every expression is typed, proved free of many-to-many joins, read by a second parser and compared with the written
    document before a byte is written.

    \b
    Examples:
      gpurules render > rules.yaml
      gpurules render --counters my.csv --kubevirt v1.6 --honor-labels false -o rules.yaml
      gpurules render --check -o rules.yaml
      gpurules render --explain
    """
    from gpurules.app.rendering import difference_on_disk, render
    from gpurules.text.errors import CheckFailed, Problem
    from gpurules.text.span import Location
    from gpurules.text.write import write_atomically

    if check and output == "-":
        raise click.UsageError("--check needs -o FILE, the file to compare with.")
    if check and explain:
        raise click.UsageError("--check and --explain exclude each other.")
    if explain:
        from shutil import get_terminal_size

        from gpurules.app.explanation import explain as explanation

        write_atomically(output, explanation(config, get_terminal_size().columns))
        return
    rendering = render(config)
    for note in rendering.notes:
        click.echo(f"gpurules: note: {note}", err=True)
    if check:
        found = difference_on_disk(output, rendering.text)
        if found:
            click.echo(found, nl=False)
            advice = f"run gpurules render again with -o {output}"
            raise CheckFailed(Problem("the file is not what would be rendered", Location(output), advice))
    else:
        write_atomically(output, rendering.text)
