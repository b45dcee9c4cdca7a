"""What the GPUs of a VM are: the info record, and how many there are."""

from __future__ import annotations

from gpurules.promql.syntax.build import aggregate, relabel, selector
from gpurules.promql.syntax.tree import Expression
from gpurules.promql.types import ONE, Kind
from gpurules.rules.group import RecordingRule
from gpurules.rules.identity import DEVICES, MODEL, PCI_ADDRESS, attributed, attributed_devices, freshest_devices
from gpurules.rules.label_names import GPU, UUID
from gpurules.rules.names import record_name
from gpurules.rules.paths.path import Source
from gpurules.rules.request import Request
from gpurules.rules.spec import RecordSpec

INFO = record_name("vmi_gpu", "device_info", "group")
COUNT = record_name("vmi", "devices", "count")


def info_rule(request: Request) -> RecordingRule:
    """One series for each VM and GPU that says what the GPU is; the freshest description wins."""
    beyond = (*request.device, MODEL, PCI_ADDRESS, *dict.fromkeys(row.label for row in request.label_rows))

    def many(source: Source) -> Expression:
        freshest = freshest_devices(request, source)
        for row in request.label_rows:
            for name in row.names:
                freshest = relabel(freshest, row.label, name)
        return freshest

    spec = RecordSpec(
        record=INFO,
        level="vmi_gpu",
        role="info",
        fields=tuple(row.field.name for row in request.label_rows),
        labels=(*request.vm, *beyond),
        unit=ONE,
        kind=Kind.INFO,
        help="What each GPU of a virtual machine is: model, address in the guest and software; the value is 1.",
        operation="group",
    )
    return RecordingRule(spec, attributed(request, beyond, many, DEVICES))


def count_rule(request: Request) -> RecordingRule:
    """How many GPUs a VM has that send anything; MIG instances of one GPU count once."""
    spec = RecordSpec(
        record=COUNT,
        level="vmi",
        role="gpu_count",
        fields=(),
        labels=request.vm,
        unit=ONE,
        kind=Kind.GAUGE,
        help="Number of GPUs of a virtual machine that send anything.",
        operation="count",
    )
    if request.recorded:
        gpus: Expression = aggregate("group", (*request.vm, UUID, GPU), selector(INFO))
    else:
        gpus = attributed_devices(request, (UUID, GPU))
    return RecordingRule(spec, aggregate("count", request.vm, gpus))
