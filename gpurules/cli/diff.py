"""``gpurules diff``."""

from __future__ import annotations

import click

from gpurules.cli.cluster_options import cluster_options
from gpurules.cli.options import ConfiguredCommand, configuration_options
from gpurules.config.model import Config


@click.command("diff", cls=ConfiguredCommand)
@configuration_options
@cluster_options
@click.option("--force-conflicts", is_flag=True, help="As if fields that other field managers own were taken over.")
@click.option("--prune", is_flag=True, help="Objects of this configuration's name that are no longer rendered count.")
@click.pass_context
def command(
    context: click.Context,
    config: Config,
    kubeconfig: str,
    context_name: str,
    timeout: float,
    force_conflicts: bool,
    prune: bool,
) -> None:
    """Show what gpurules apply would change in the cluster; exit 1 if anything would.

    The API server itself works it out, by a dry run of the apply; nothing is written.

    \b
    Examples:
      gpurules diff --namespace monitoring
      gpurules diff --config gpurules.yaml --prune
    """
    from gpurules.app.rollout import Access, diff
    from gpurules.cli.apply import warn
    from gpurules.text.errors import EXIT_FINDINGS

    access = Access(kubeconfig, context_name, timeout)
    found = diff(config, access, prune=prune, force_conflicts=force_conflicts, warn=warn)
    if found:
        click.echo(found, nl=False)
        context.exit(EXIT_FINDINGS)
