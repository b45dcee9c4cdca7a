"""``gpurules labels``."""

from __future__ import annotations

import click


@click.command("labels")
@click.argument("metric", required=False, default="")
@click.option(
    "--kubevirt", metavar="RELEASE", default="", help="KubeVirt release, such as v1.6 or main; default: newest."
)
@click.option("--exporter", "exporters", metavar="RELEASE", multiple=True, help="dcgm-exporter release; repeatable.")
@click.option(
    "--honor-labels",
    type=click.Choice(["true", "false", "auto"]),
    default="auto",
    show_default=True,
    help="Whether the scrape of dcgm-exporter sets honorLabels.",
)
@click.option("--schema", "schemas", metavar="FILE", multiple=True, help="File that declares more metrics; repeatable.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of the output.",
)
def command(
    metric: str, kubevirt: str, exporters: tuple[str, ...], honor_labels: str, schemas: tuple[str, ...], form: str
) -> None:
    """Show the labels that METRIC carries in Prometheus.

    With each label: whether it is always there, what its value names, and the release that introduced it; then the
    labels that tell series apart, the labels that fix others, and for how long that holds. Without METRIC: the metrics.

    \b
    Examples:
      gpurules labels
      gpurules labels kubevirt_vmi_info --kubevirt v1.4
      gpurules labels DCGM_FI_DEV_GPU_TEMP --honor-labels false
      gpurules labels my_metric --schema my-schema.yaml
    """
    import shutil

    from gpurules.app.labels import Question, list_metrics, show_metric
    from gpurules.labels.schema import HonorLabels

    question = Question(kubevirt, exporters, HonorLabels(honor_labels), schemas)
    width = shutil.get_terminal_size((80, 24)).columns
    if metric:
        text = show_metric(metric, question, form == "json", width)
    else:
        text = list_metrics(question, form == "json", width)
    click.echo(text, nl=False)
