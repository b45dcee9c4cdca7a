"""``gpurules scaffold``."""

from __future__ import annotations

import click

from gpurules.cli.cluster_options import cluster_options
from gpurules.cli.options import ConfiguredCommand, KeyValue, configuration_options
from gpurules.config.model import Config

PATHS = ("pod-network", "vsock-sidecar", "vsock-exporter", "host", "remote", "single-vm-node")
LAYOUTS = ("yaml", "helm", "kustomize")
PARTS = ("guest", "collection", "network-policy", "counters", "probe-api", "probe-job", "probe-nodes")
PARTS_OF_ALL = (*PARTS, "probe-nodes-confined")


@click.command("scaffold", cls=ConfiguredCommand)
@configuration_options("dcgm", "kubevirt")
@click.option("--path", metavar=f"[{'|'.join(PATHS)}]", default="", help="How the guests' data is to reach Prometheus.")
@click.option(
    "--part",
    "parts",
    metavar=f"[{'|'.join(PARTS_OF_ALL)}]",
    multiple=True,
    help="Only this part of the set-up; those of the probe are there only when asked for. Can be repeated.",
)
@click.option(
    "--vm",
    "machines",
    metavar="NAMESPACE/NAME[=ADDRESS]",
    multiple=True,
    help="A VM to set up; the address is for path remote. Can be repeated.",
)
@click.option("--format", "layout", type=click.Choice(LAYOUTS), default="yaml", show_default=True, help="The layout.")
@click.option(
    "-o", "--output", metavar="FILE", default="-", show_default=True, help="Write here; helm and kustomize: a folder."
)
@click.option("--name", default="gpurules", show_default=True, help="How the names of the objects begin.")
@click.option("--namespace", default="monitoring", show_default=True, help="The namespace of monitors and probes.")
@click.option(
    "--monitor-label",
    "monitor_labels",
    type=KeyValue(),
    metavar="KEY=VALUE",
    multiple=True,
    help="A label by which Prometheus selects monitors. Can be repeated.",
)
@click.option(
    "--vm-label",
    "machine_label",
    type=KeyValue(),
    metavar="KEY=VALUE",
    help="The label of VMs to scrape.  [default: gpu-metrics=guest]",
)
@click.option(
    "--prometheus-namespace", default="", help="The namespace of Prometheus.  [default: that of the monitors]"
)
@click.option(
    "--prometheus-label",
    "prometheus_labels",
    type=KeyValue(),
    metavar="KEY=VALUE",
    multiple=True,
    help="A label of Prometheus' pods. Can be repeated.  [default: app.kubernetes.io/name=prometheus]",
)
@click.option(
    "--scrape-interval", "interval", metavar="DURATION", default="30s", show_default=True, help="Of monitors."
)
@click.option(
    "--exporter-port", type=click.IntRange(1, 65535), default=9400, show_default=True, help="Of dcgm-exporter."
)
@click.option(
    "--engine-port", type=click.IntRange(1, 65535), default=5555, show_default=True, help="Of the host engine."
)
@click.option("--exporter-image", metavar="IMAGE", default="", help="dcgm-exporter.  [default: NVIDIA's of --exporter]")
@click.option("--bridge-image", metavar="IMAGE", default="", help="Python 3, for the bridge from loopback to VSOCK.")
@click.option("--probe-image", metavar="IMAGE", default="", help="gpurules itself, for probe-job and probe-nodes.")
@click.option(
    "--seccomp-profile",
    metavar="PATH",
    default="",
    help="A profile on the nodes for containers that open VSOCK; it is printed too.  [default: Unconfined]",
)
@click.option(
    "--admission-version",
    type=click.Choice(["v1", "v1beta1", "v1alpha1"]),
    default="v1",
    show_default=True,
    help="Of MutatingAdmissionPolicy: v1 from Kubernetes 1.36 on.",
)
@click.option("--discover", is_flag=True, help="Read the cluster: propose a path, and set up the VMs with GPUs there.")
@cluster_options
def command(
    config: Config,
    output: str,
    layout: str,
    discover: bool,
    kubeconfig: str,
    context_name: str,
    timeout: float,
    **wishes: object,
) -> None:
    """Print the manifests around the rules: the guest's set-up, exporters, monitors, network policies, the probe.

    They are complete and commented, for one collection path; what the path cannot do stands at the top. Nothing is
    applied here.

    \b
    Examples:
      gpurules scaffold --path pod-network | kubectl apply -f -
      gpurules scaffold --path vsock-sidecar --vm tenant-a/train-1
      gpurules scaffold --path pod-network --format helm -o gpu-metrics/
      gpurules scaffold --part probe-api
      gpurules scaffold --discover > gpu-metrics.yaml
    """
    from gpurules.app.scaffold import Wishes, scaffolding
    from gpurules.text.terminal import safe
    from gpurules.text.write import write_atomically
    from gpurules.text.write_folder import write_folder

    if layout != "yaml" and output == "-":
        raise click.UsageError(f"--format {layout} needs -o FOLDER.")
    wished = Wishes(layout=layout, **wishes)  # type: ignore[arg-type]
    if discover:
        from gpurules.app.discovery import discovered
        from gpurules.app.rollout import Access

        wished, found = discovered(wished, Access(kubeconfig, context_name, timeout))
        for sentence in found:
            click.echo(f"gpurules: found: {safe(sentence)}", err=True)
    made = scaffolding(config, wished)
    for note in made.notes:
        click.echo(f"gpurules: note: {note}", err=True)
    if layout == "yaml":
        write_atomically(output, made.files["-"])
    else:
        write_folder(output, made.files)
