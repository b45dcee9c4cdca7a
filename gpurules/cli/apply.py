"""``gpurules apply``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gpurules.cli.cluster_options import Seconds, cluster_options
from gpurules.cli.options import ConfiguredCommand, configuration_options
from gpurules.cli.prometheus_options import prometheus_options
from gpurules.config.model import Config

if TYPE_CHECKING:
    from gpurules.cluster.prometheus.access import Access as PrometheusAccess


@click.command("apply", cls=ConfiguredCommand)
@configuration_options
@cluster_options
@click.option("--dry-run", is_flag=True, help="The server checks everything and writes nothing.")
@click.option("--force-conflicts", is_flag=True, help="Take over fields that other field managers own.")
@click.option(
    "--force", is_flag=True, help="Apply although the Prometheus that loads the rules is sharded or an agent."
)
@click.option("--prune", is_flag=True, help="Delete objects of this configuration's name that are no longer rendered.")
@click.option(
    "--wait",
    type=Seconds(),
    metavar="DURATION",
    default="60s",
    show_default=True,
    help="For the operator's status, and for Prometheus; 0 does not wait.",
)
@prometheus_options("Wait until this Prometheus evaluates the rules", required=False)
def command(
    config: Config,
    kubeconfig: str,
    context_name: str,
    timeout: float,
    dry_run: bool,
    force_conflicts: bool,
    force: bool,
    prune: bool,
    wait: float,
    prometheus: PrometheusAccess | None,
) -> None:
    """Render the rules, apply them to the cluster, and see that they are loaded.

    Everything is checked first, and applied as a dry run; nothing is written when anything is refused. It is a
    server-side apply by the field manager gpurules, so what others wrote into the objects stays.

    \b
    Examples:
      gpurules apply --namespace monitoring --label release=kube-prometheus-stack
      gpurules apply --config gpurules.yaml --dry-run
      gpurules apply --config gpurules.yaml --prune --prometheus k8s://monitoring/prometheus-operated:9090
    """
    from gpurules.app.rollout import Access, Orders, apply

    orders = Orders(force, force_conflicts, dry_run, prune, wait, prometheus)
    access = Access(kubeconfig, context_name, timeout)
    apply(config, access, orders, say=_say, warn=warn)


def _say(sentence: str) -> None:
    from gpurules.text.terminal import safe

    click.echo(safe(sentence))


def warn(sentence: str) -> None:
    """A line on standard error."""
    from gpurules.text.terminal import safe

    click.echo(f"gpurules: note: {safe(sentence)}", err=True)
