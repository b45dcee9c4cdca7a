"""``gpurules probe``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

EXAMPLES = """\b
Examples:
  gpurules probe --cid 42                              # VSOCK, on the VM's node
  gpurules probe --address tcp://10.0.0.7:5555 --expect-gpus 8
  gpurules probe --vmi tenant-a/train-1                # through the KubeVirt API, from anywhere
  gpurules probe --vmi tenant-a/train-1 --via node     # on the VM's node
  gpurules probe --all -l gpu=yes --format json
  gpurules probe --all --via node --watch 30s --format prometheus -o /var/lib/node_exporter/gpurules.prom
  gpurules probe --explain not-listening

\b
Exit codes:
  0  every guest is healthy, or skipped
  1  a guest is not
  2  wrong usage
  3  no guest is unhealthy, but of one the probing side cannot say"""


def _classes(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The failure classes that begin so, with their titles."""
    from click.shell_completion import CompletionItem

    from gpurules.probe.diagnosis.registry import FAILURES

    return [CompletionItem(name, help=one.title) for name, one in FAILURES.items() if name.startswith(incomplete)]


@click.command("probe", epilog=EXAMPLES)
@click.option(
    "--address",
    "addresses",
    metavar="ADDRESS",
    multiple=True,
    help=("vsock://CID:PORT, tcp://HOST:PORT or unix:///PATH; repeatable."),
)
@click.option("--cid", type=int, help="The guest's CID, as in status.VSOCKCID of its VMI.")
@click.option("--port", type=int, default=5555, show_default=True, help="The port where no address names one.")
@click.option("--pid", type=click.IntRange(1), help="Connect in the network namespace of this process.")
@click.option("--netns", metavar="FILE", help="Connect in this network namespace.")
@click.option("--vmi", "vmis", metavar="NAMESPACE/NAME", multiple=True, help="A virtual machine instance; repeatable.")
@click.option("--all", "every", is_flag=True, help="Every VMI that has an NVIDIA GPU.")
@click.option("-n", "--namespace", help="With --all: of this namespace only. With --vmi NAME: its namespace.")
@click.option("-l", "--selector", help="With --all: only VMIs with these labels.")
@click.option(
    "--via",
    type=click.Choice(["api", "node"]),
    default="api",
    show_default=True,
    help="The way to a VMI: the KubeVirt API, or VSOCK from this node.",
)
@click.option("--kubeconfig", metavar="FILE", help="As for kubectl.")
@click.option("--context", "kube_context", metavar="NAME", help="The kubeconfig's context, as for kubectl.")
@click.option("--node", help="With --via node: the name of this node. Else $NODE_NAME, else the host name.")
@click.option("--timeout", metavar="DURATION", default="5s", show_default=True, help="For each guest, in all.")
@click.option("--auth-timeout", metavar="DURATION", default="30s", show_default=True, help="For the credentials, once.")
@click.option(
    "--concurrency",
    type=click.IntRange(1, 1000),
    default=64,
    show_default=True,
    help="Guests that are probed at a time.",
)
@click.option("--watch", metavar="DURATION", help="Probe again and again, so far apart.")
@click.option("--expect-gpus", type=click.IntRange(0, 32), metavar="N", help="How many GPUs each guest must have.")
@click.option("--expect-driver", metavar="VERSION", help="The driver each guest must have, such as 570 or 570.124.06.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "prometheus"]),
    default="text",
    show_default=True,
    help="Form of the report.",
)
@click.option("-o", "--output", metavar="FILE", default="-", help="Write the report there, in one step.")
@click.option(
    "--explain", metavar="CLASS", shell_complete=_classes, help="Say more about a failure class; list shows them all."
)
@click.pass_context
def command(
    context: click.Context,
    addresses: tuple[str, ...],
    cid: int | None,
    port: int,
    pid: int | None,
    netns: str | None,
    vmis: tuple[str, ...],
    every: bool,
    namespace: str | None,
    selector: str | None,
    via: str,
    kubeconfig: str | None,
    kube_context: str | None,
    node: str | None,
    timeout: str,
    auth_timeout: str,
    concurrency: int,
    watch: str | None,
    expect_gpus: int | None,
    expect_driver: str | None,
    form: str,
    output: str,
    explain: str | None,
) -> None:
    """Probe the DCGM host engine in a guest: is it reachable and healthy, and if not, why.

    The probe asks the engine for its version, its GPUs and their state, and leaves no trace in it. What is wrong is
    told with what it means and what to do.
    """
    import shutil

    width = shutil.get_terminal_size((80, 24)).columns
    if explain is not None:
        from gpurules.app.failure_texts import explanation

        click.echo(explanation(explain, width), nl=False)
        return
    from gpurules.app.probe import Request, run_probe, seconds_of, selection_of
    from gpurules.probe.diagnosis.failure import Expectation
    from gpurules.probe.fleet import Pace

    request = Request(
        addresses=addresses,
        cid=cid,
        port=port,
        pid=pid,
        netns=netns or "",
        selection=selection_of(
            vmis, every, namespace or "", selector or "", via, port, kubeconfig or "", kube_context or "", node or ""
        ),
        expected=Expectation(expect_gpus, expect_driver),
        pace=Pace(seconds_of(timeout, "--timeout"), concurrency),
        auth_timeout=seconds_of(auth_timeout, "--auth-timeout"),
        watch=seconds_of(watch, "--watch", least=1.0) if watch is not None else 0.0,
        form=form,
        output=output,
        width=width if output == "-" else 0,
    )
    context.exit(run_probe(request))
