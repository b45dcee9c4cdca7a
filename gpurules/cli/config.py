"""``gpurules config``."""

from __future__ import annotations

import click

from gpurules.cli.options import ConfiguredCommand, configuration_options
from gpurules.config.model import Config


def _print_schema(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from gpurules.config.reference import schema_text
    from gpurules.text.write import write_atomically

    write_atomically("-", schema_text())
    ctx.exit()


@click.command("config", cls=ConfiguredCommand)
@configuration_options
@click.option(
    "-o", "--output", metavar="FILE", default="-", show_default=True, help="Write here; - is standard output."
)
@click.option(
    "--json-schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_schema,
    help="Print the JSON schema of the configuration file instead.",
)
def command(config: Config, output: str) -> None:
    """Print the effective configuration: the file, with the flags over it, with the defaults for the rest.

    What is printed is a configuration file with every key and what it means.

    \b
    Examples:
      gpurules config -o gpurules.yaml
      gpurules config --config fleet.yaml --kubevirt v1.6
    """
    from gpurules.config.print import to_yaml
    from gpurules.text.write import write_atomically

    write_atomically(output, to_yaml(config))
