"""Which launcher pod is which VM: the records that every join reads.

The device record is the only rule that reads all selected series; who sends, what the GPUs are and what matches no VM
follow from it. The identity record is keyed by the launcher pod, which fixes VM and node for all time, so that a
generation left over from before a restart of Prometheus can never make a join many-to-many.
"""

from __future__ import annotations

from gpurules.promql.syntax.build import aggregate, binary, call, matcher, number, relabel, selector, window
from gpurules.promql.syntax.tree import Expression, VectorSelector
from gpurules.promql.types import ONE, Kind
from gpurules.rules.group import RecordingRule
from gpurules.rules.names import record_name
from gpurules.rules.request import GPU, INSTANCE, NAME, NAMESPACE, POD, UUID, Request
from gpurules.rules.selectors import series_of
from gpurules.rules.spec import RecordSpec

IDENTITY = record_name("vmi_pod", "identity", "group")
DEVICE = record_name("pod_gpu", "device", "group")

SCRAPE_INSTANCE = "instance"
MODEL = "modelName"
PCI_ADDRESS = "pci_bus_id"
VMI_POD = "vmi_pod"

NO_POD = "<none>"
"""KubeVirt v1.5 writes this for a VM without a launcher pod; later releases leave the label out."""


def device_labels(request: Request) -> tuple[str, ...]:
    """Labels of the device record."""
    rows = tuple(name for row in request.label_rows for name in row.names)
    instance = (SCRAPE_INSTANCE,) if request.contestable else ()
    return (*request.launcher, *instance, UUID, INSTANCE, GPU, MODEL, PCI_ADDRESS, *rows)


def device_rule(request: Request) -> RecordingRule:
    """Every GPU that any selected series speaks of, with what describes it."""
    labels = device_labels(request)
    names = tuple(name for field in request.fields for name in field.names)
    spec = RecordSpec(
        record=DEVICE,
        level="identity",
        role="device",
        fields=tuple(field.field.name for field in request.fields),
        labels=labels,
        unit=ONE,
        kind=Kind.INFO,
        help="GPUs that any selected DCGM series speaks of, by the pod that was scraped.",
        operation="group",
    )
    return RecordingRule(spec, aggregate("group", labels, series_of(names, request.dcgm)))


def running_vms(request: Request) -> VectorSelector:
    """Running VMs that have a launcher pod, as KubeVirt's own job tells them; one VM may appear more than once."""
    return selector(
        "kubevirt_vmi_info",
        matcher("phase", "=", "running"),
        matcher(VMI_POD, "!=", ""),
        matcher(VMI_POD, "!=", NO_POD),
        *request.info,
    )


def identity_rule(request: Request) -> RecordingRule:
    """The launcher pod, name and node of each VM that sent anything in the last rate window."""
    labels = (*request.launcher, *request.attributes)
    freshest = aggregate(
        "topk",
        (*request.cluster, NAMESPACE, NAME),
        call("timestamp", running_vms(request)),
        number(1),
    )
    senders = call("last_over_time", window(selector(DEVICE), request.rate_window))
    sending = binary("and", relabel(freshest, POD, VMI_POD), senders, on=request.launcher)
    # Whoever can write a launcher's label or name could claim it for a second VM, and stop every join.
    claimed_once = aggregate("topk", request.launcher, sending, number(1))
    spec = RecordSpec(
        record=IDENTITY,
        level="identity",
        role="identity",
        fields=(),
        labels=labels,
        unit=ONE,
        kind=Kind.INFO,
        help="The virtual machine and node of each launcher pod whose guest sends GPU series.",
        operation="group",
    )
    return RecordingRule(spec, aggregate("group", labels, claimed_once))


def identity(request: Request) -> Expression:
    """The one side of a join on the launcher pod.

    Labels copied from kubevirt_vmi_info may change while the pod lives; two generations of the record can then be
    visible at once, so each reader takes the freshest.
    """
    record = selector(IDENTITY)
    if not request.copied:
        return record
    freshest = aggregate("topk", request.launcher, call("timestamp", record), number(1))
    return aggregate("group", (*request.launcher, *request.attributes), freshest)


def attributed(request: Request, many: Expression, labels: tuple[str, ...]) -> Expression:
    """``many``, keyed by launcher pod and ``labels``, booked on its VM; the launcher pod itself is dropped."""
    joined = binary("*", many, identity(request), on=request.launcher, group_left=request.attributes)
    return aggregate("max", (*request.vm, *labels), joined)
