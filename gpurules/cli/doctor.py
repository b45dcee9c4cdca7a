"""``gpurules doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gpurules.cli.cluster_options import cluster_options
from gpurules.cli.options import ConfiguredCommand, configuration_options
from gpurules.cli.prometheus_options import prometheus_options
from gpurules.cli.ranges import Seconds
from gpurules.config.model import Config

if TYPE_CHECKING:
    from gpurules.cluster.prometheus.access import Access

LAST_MOMENT = 253_402_300_799
"""The end of the year 9999, the last that has a date."""

EXAMPLES = """\b
Examples:
  gpurules doctor --prometheus http://127.0.0.1:9090
  gpurules doctor --prometheus k8s://monitoring/prometheus-k8s:9090
  gpurules doctor --prometheus URL --write-config gpurules.yaml
  gpurules doctor --prometheus URL --write-config gpurules.yaml --write-counters counters.csv
  gpurules doctor --prometheus URL --html report.html
  gpurules doctor --prometheus https://thanos-query.example --evaluator https://prometheus-0.example
  gpurules doctor --prometheus http://vmsingle:8428 --rules-from http://vmalert:8880
  gpurules doctor --prometheus URL --since 7d --format json -o report.json

\b
Exit codes:
  0  every GPU is joined with its VM, and nothing else is wrong
  1  there are findings
  2  wrong usage or configuration
  3  a server cannot be reached, or does not allow it"""


@click.command("doctor", cls=ConfiguredCommand, epilog=EXAMPLES)
@prometheus_options("The one that is queried", required=True)
@click.option("--evaluator", metavar="URL", default="", help="The Prometheus that evaluates the rules, if another.")
@click.option(
    "--evaluator-header-file",
    "evaluator_headers",
    metavar="'NAME: FILE'",
    multiple=True,
    help="A header for that one, its value from a file; those of --prometheus are not sent to it.",
)
@click.option(
    "--rules-from",
    metavar="URL",
    default="",
    help="What tells the rules that are loaded, if neither of those does: vmalert, Thanos Ruler.",
)
@click.option(
    "--rules-from-header-file",
    "rules_headers",
    metavar="'NAME: FILE'",
    multiple=True,
    help="A header for that one, its value from a file.",
)
@cluster_options
@click.option("--since", metavar="DURATION", default="24h", show_default=True, help="How far back to look: 10m to 30d.")
@click.option(
    "--at",
    "moment",
    type=Seconds(1, LAST_MOMENT),
    metavar="SECONDS",
    help="Look at this moment (seconds since 1970) instead of now.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="Form of the report.",
)
@click.option("-o", "--output", metavar="FILE", default="-", help="Write the report there, in one step.")
@click.option("--html", metavar="FILE", default="", help="Write the report there as well, as a page for a browser.")
@click.option(
    "--write-config", metavar="FILE", default="", help="Write the configuration that fits what was found there."
)
@click.option(
    "--write-counters",
    metavar="FILE",
    default="",
    help="Write the DCGM counters that arrive there, as a counters file; --write-config then names it.",
)
@configuration_options("dcgm", "kubevirt", "rules")
@click.pass_context
def command(
    context: click.Context,
    config: Config,
    prometheus: Access,
    evaluator: str,
    evaluator_headers: tuple[str, ...],
    rules_from: str,
    rules_headers: tuple[str, ...],
    kubeconfig: str,
    context_name: str,
    timeout: float,
    since: str,
    moment: float | None,
    form: str,
    output: str,
    html: str,
    write_config: str,
    write_counters: str,
) -> None:
    """Is the correlation of GPUs and virtual machines true on a cluster, and if not, why?

    Asks a Prometheus (or Thanos Query, Mimir, VictoriaMetrics) which GPU series there are, which VM each joins, now and
    in the time before, and what stands in the way. The queries are few, and aggregated by the server.
    """
    import shutil

    from gpurules.app.doctor import Orders, another_server, run_doctor, window_of

    orders = Orders(
        access=prometheus,
        evaluator=another_server("--evaluator", evaluator, evaluator_headers, prometheus),
        rules=another_server("--rules-from", rules_from, rules_headers, prometheus),
        since=window_of(since),
        at=moment or 0.0,
        form=form,
        output=output,
        html=html,
        write_config=write_config,
        write_counters=write_counters,
        width=shutil.get_terminal_size((80, 24)).columns if output == "-" else 0,
    )
    context.exit(run_doctor(config, orders))
