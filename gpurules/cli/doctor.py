"""``gpurules doctor``."""

from __future__ import annotations

import click

from gpurules.cli.options import ConfiguredCommand, configuration_options
from gpurules.config.model import Config

EXAMPLES = """\b
Examples:
  gpurules doctor --prometheus http://127.0.0.1:9090
  gpurules doctor --prometheus k8s://monitoring/prometheus-k8s:9090
  gpurules doctor --prometheus URL --write-config gpurules.yaml
  gpurules doctor --prometheus https://thanos-query.example --evaluator https://prometheus-0.example
  gpurules doctor --prometheus URL --since 7d --format json -o report.json

\b
Exit codes:
  0  every GPU is joined with its VM, and nothing else is wrong
  1  there are findings
  2  wrong usage or configuration
  3  a server cannot be reached, or does not allow it"""


@click.command("doctor", cls=ConfiguredCommand, epilog=EXAMPLES)
@click.option("--prometheus", metavar="URL", required=True, help="The Prometheus to ask.")
@click.option("--evaluator", metavar="URL", default="", help="The Prometheus that evaluates the rules.")
@click.option(
    "--since", metavar="DURATION", default="24h", show_default=True, help="How far back to look, at most 30 days."
)
@click.option("--at", "moment", type=float, default=None, metavar="SECONDS", help="Look at this moment (seconds since 1970), not at now.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of the report.",
)
@click.option("-o", "--output", metavar="FILE", default="-", help="Write the report there, in one step.")
@configuration_options("dcgm", "kubevirt", "rules")
@click.pass_context
def command(
    context: click.Context,
    config: Config,
    prometheus: str,
    evaluator: str,
    since: str,
    moment: float | None,
    form: str,
    output: str,
) -> None:
    """Is the correlation of GPUs and virtual machines true on a cluster, and if not, why?

    Asks a Prometheus (or Thanos Query, Mimir, VictoriaMetrics) which GPU series there are, which VM each joins, now and
    in the time before, and what stands in the way. The queries are few, and aggregated by the server.
    """
    import shutil

    from gpurules.app.doctor import Orders, run_doctor, window_of
    from gpurules.cluster.prometheus.access import Access

    orders = Orders(
        access=Access(prometheus),
        evaluator=Access(evaluator) if evaluator else None,
        since=window_of(since),
        at=moment or 0.0,
        form=form,
        output=output,
        width=shutil.get_terminal_size((80, 24)).columns if output == "-" else 0,
    )
    context.exit(run_doctor(config, orders))
