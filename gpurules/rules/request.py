"""What the rules are to be built from: plain data, already checked, in the words of the rules."""

from __future__ import annotations

from dataclasses import dataclass

from gpurules.catalog.field import Field
from gpurules.promql.syntax.tree import Matcher

NAMESPACE = "namespace"
POD = "pod"
NAME = "name"
NODE = "node"
UUID = "UUID"
INSTANCE = "GPU_I_ID"
GPU = "gpu"


@dataclass(frozen=True, slots=True)
class MeasuredField:
    """A field to record: the series ``names`` it is read from, how GPUs ``combine``, and the ``stem`` of its record."""

    field: Field
    names: tuple[str, ...]
    combine: str | None
    stem: str


@dataclass(frozen=True, slots=True)
class LabelRow:
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
    spells them.
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

    @property
    def launcher(self) -> tuple[str, ...]:
        """The join key: what names a launcher pod on both sides."""
        return (*self.cluster, NAMESPACE, POD)

    @property
    def attributes(self) -> tuple[str, ...]:
        """What the join adds."""
        return (NAME, NODE, *self.copied)

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
