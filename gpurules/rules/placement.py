"""Which GPU is where now: one generation of each GPU, whatever else is still in sight.

After a restart of Prometheus the last generation of a record stays visible for five minutes, so that a VM that migrated
meanwhile has its GPU on two nodes. What adds GPUs up must count each once: it reads them through the placement.
"""

from __future__ import annotations

from collections.abc import Sequence

from gpurules.promql.syntax.build import aggregate, binary, number, selector
from gpurules.promql.syntax.tree import Expression
from gpurules.promql.types import ONE, Kind
from gpurules.rules.devices import INFO
from gpurules.rules.group import RecordingRule
from gpurules.rules.identity import MODEL
from gpurules.rules.label_names import NAME, NAMESPACE
from gpurules.rules.names import record_name
from gpurules.rules.request import Request
from gpurules.rules.series import last_written
from gpurules.rules.spec import RecordSpec

PLACEMENT = record_name("vmi_gpu", "placement", "group")


def placement_rule(request: Request) -> RecordingRule:
    """One series for each GPU of a VM, with its model and its node now, so that all readers see it at one place."""
    labels = (*request.vm_device, MODEL)
    spec = RecordSpec(
        record=PLACEMENT,
        level="vmi_gpu",
        role="placement",
        fields=(),
        labels=labels,
        unit=ONE,
        kind=Kind.INFO,
        help="Where each GPU of a virtual machine is now, and its model: what the levels above the machine count.",
        operation="group",
    )
    return RecordingRule(spec, aggregate("group", labels, _freshest(request, INFO)))


def placed(request: Request, series: Expression) -> Expression:
    """``series``, keyed by VM and GPU, without those of another generation."""
    return binary("and", series, _freshest(request, PLACEMENT), on=request.vm_device)


def modelled(request: Request, series: Expression) -> Expression:
    """The same, with the model of each GPU."""
    models = aggregate("group", (*request.vm_device, MODEL), _freshest(request, PLACEMENT))
    return binary("*", series, models, on=request.vm_device, group_left=(MODEL,))


def placed_gpus(request: Request, more: Sequence[str]) -> Expression:
    """1 for each GPU with the labels ``more`` beside those that name it; MIG instances of one GPU are one."""
    return aggregate("group", tuple(dict.fromkeys((*whole_gpu(request), *more))), _freshest(request, PLACEMENT))


def whole_gpu(request: Request) -> tuple[str, ...]:
    """What names a GPU of a VM, wherever the VM is."""
    uuid, _, index = request.device
    return (*request.cluster, NAMESPACE, NAME, uuid, index)


def _freshest(request: Request, record: str) -> Expression:
    one = (*request.cluster, NAMESPACE, NAME, *request.device)
    return aggregate("topk", one, last_written(selector(record)), number(1))
