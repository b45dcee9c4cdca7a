"""``gpurules type``."""

from __future__ import annotations

import click

from gpurules.cli.options import ConfiguredCommand, configuration_options
from gpurules.config.model import Config


@click.command("type", cls=ConfiguredCommand)
@click.argument("expression", metavar="EXPR")
@configuration_options("dcgm", "kubevirt", "--path", "--cluster-label")
@click.option(
    "--rules",
    metavar="PATH",
    multiple=True,
    help="A file, folder or pattern of rules whose records are known as well; repeatable.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of the output.",
)
def command(config: Config, expression: str, rules: tuple[str, ...], form: str) -> None:
    """Show the type of a PromQL expression, step by step.

    For each part: the labels its series carry (? marks one that may be missing), the labels on which no two series
    agree, the labels that others fix, and unit and kind of the numbers. Then what Prometheus may refuse at run time,
    and which word is the reason. EXPR - reads standard input.

    \b
    Examples:
      gpurules type 'rate(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION[5m])'
      gpurules type 'DCGM_FI_DEV_FB_USED * on(namespace, pod) group_left(name) kubevirt_vmi_info'
      gpurules type --rules rules/ 'vmi:kubevirt_vmi_gpu_memory_used_bytes:sum / on(name) kubevirt_vmi_info'
      gpurules type --kubevirt v1.4 --honor-labels false --format json - < expression.promql
    """
    from shutil import get_terminal_size

    from gpurules.app.expression_type import as_json, typed

    if expression == "-":
        from gpurules.text.read import read_text

        expression = read_text("-").text
    found = typed(expression, config, rules)
    if form == "json":
        click.echo(as_json(found), nl=False)
        return
    from gpurules.app.type_page import page

    click.echo(page(found, get_terminal_size((80, 24)).columns), nl=False)
