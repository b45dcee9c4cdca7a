"""What the rules are to be built from: plain data, already checked, in the words of the rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from gpurules.catalog.field import Entity, Field
from gpurules.promql.syntax.tree import Matcher
from gpurules.rules.label_names import GPU, INSTANCE, NAME, NAMESPACE, NODE, POD, UUID
from gpurules.rules.paths.path import Source

_GPU_LABELS = (UUID, INSTANCE, GPU)
_ENTITY_LABELS: dict[Entity, tuple[str, ...]] = {
    Entity.LINK: (*_GPU_LABELS, "nvlink", "nvswitch"),
    Entity.SWITCH: ("nvswitch",),
    Entity.CPU: ("cpu",),
    Entity.CPU_CORE: ("cpu", "cpucore"),
}
"""What tells apart the things of one guest that are no GPUs, as dcgm-exporter labels them."""


def entity_labels(entity: Entity) -> tuple[str, ...]:
    """The labels that tell apart what a field of ``entity`` is measured on within one guest."""
    return _ENTITY_LABELS.get(entity, _GPU_LABELS)


class MeasuredField(NamedTuple):
    """A field to record: the series ``names`` it is read from, how GPUs ``combine``, and the ``stem`` of its record."""

    field: Field
    names: tuple[str, ...]
    combine: str | None
    stem: str


class LabelRow(NamedTuple):
    """A ``label`` row of the counters file: the ``names`` it has on series and the ``label`` of the info record."""

    field: Field
    names: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Request:
    """Everything a rule set depends on.

    ``dcgm``, ``info`` and ``kube_state`` are matchers that the series of the guests, of KubeVirt and of
    kube-state-metrics must satisfy. ``cluster``: the label that tells clusters apart, or nothing. ``copied``: labels of
    kubevirt_vmi_info that records carry as well. ``rate_window``: milliseconds. ``contestable``: a guest may have
    written its own namespace and pod (honorLabels is not known to be false). ``gpu_resources``: as kube-state-metrics
    spells them. ``sources``: the series that are read and how they name their VM, the preferred one first.
    ``recorded``: rules read what others have recorded; else each rule is an expression of its own. ``observer``:
    matchers of the series of KubeVirt's observability controller, which arrive with the VM's namespace in
    exported_namespace; none: its series are not read. ``old_uuid``: series may call the UUID of their GPU ``uuid``, as
    those of dcgm-exporter with --use-old-namespace do.
    """

    fields: tuple[MeasuredField, ...]
    label_rows: tuple[LabelRow, ...]
    dcgm: tuple[Matcher, ...]
    info: tuple[Matcher, ...]
    kube_state: tuple[Matcher, ...]
    cluster: tuple[str, ...]
    copied: tuple[str, ...]
    rate_window: int
    interval: str
    levels: tuple[str, ...]
    contestable: bool
    gpu_resources: tuple[str, ...]
    sources: tuple[Source, ...]
    recorded: bool = True
    observer: tuple[Matcher, ...] = ()
    old_uuid: bool = False

    @property
    def launcher(self) -> tuple[str, ...]:
        """What names a launcher pod."""
        return (*self.cluster, NAMESPACE, POD)

    @property
    def vm_key(self) -> tuple[str, ...]:
        """What names a VM, wherever it runs."""
        return (*self.cluster, NAMESPACE, NAME)

    @property
    def vm(self) -> tuple[str, ...]:
        """Labels of a record of level ``vmi``."""
        return (*self.cluster, NAMESPACE, NAME, NODE, *self.copied)

    @property
    def device(self) -> tuple[str, ...]:
        """What tells the GPUs (and MIG instances) of one guest apart."""
        return (UUID, INSTANCE, GPU)

    @property
    def vm_device(self) -> tuple[str, ...]:
        """Labels of a record of level ``vmi_gpu``."""
        return (*self.vm, *self.device)
