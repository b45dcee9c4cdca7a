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
@click.option(
    "--template-dir",
    metavar="FOLDER",
    type=click.Path(),
    help="Templates of your own for the document's layout; they may add metadata and comments, nothing else.",
)
@click.option("--explain", is_flag=True, help="Print which records each counter becomes, or the reason why none.")
@click.option("--needed-counters", is_flag=True, help="Print the counters file that the guests need for the preset.")
def command(
    config: Config, output: str, check: bool, template_dir: str | None, explain: bool, needed_counters: bool
) -> None:
    """Render recording rules that book each GPU on its virtual machine.

    Every expression is typed, proved free of many-to-many joins, read by a second parser and compared with the written
    document before a byte is written. What your own names, labels, selectors, schemas and templates make of it must
    pass lint.

    \b
    Examples:
      gpurules render > rules.yaml
      gpurules render --counters my.csv --kubevirt v1.6 --honor-labels false -o rules.yaml
      gpurules render --preset chargeback --format vmrule --target victoriametrics=1.112 -o vmrule.yaml
      gpurules render --check -o rules.yaml
      gpurules render --explain
      gpurules render --preset vep254 --needed-counters > counters.csv
    """
    from gpurules.app.rendering import difference_on_disk, render, template_folder
    from gpurules.text.errors import CheckFailed, Problem
    from gpurules.text.span import Location
    from gpurules.text.write import write_atomically

    if check and output == "-":
        raise click.UsageError("--check needs -o FILE, the file to compare with.")
    if check + explain + needed_counters > 1:
        raise click.UsageError("--check, --explain and --needed-counters exclude each other.")
    if needed_counters:
        from gpurules.app.claims import counters_file

        write_atomically(output, counters_file(config))
        return
    if explain:
        from shutil import get_terminal_size

        from gpurules.app.explanation import explain as explanation

        write_atomically(output, explanation(config, get_terminal_size().columns))
        return
    rendering = render(config, template_folder(template_dir, config) if template_dir is not None else None)
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
