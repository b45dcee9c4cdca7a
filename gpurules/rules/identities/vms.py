"""Virtual machines as KubeVirt's own metrics tell them, by either of the two components that emit them.

virt-controller's series keep the VM's namespace (its ServiceMonitor sets honorLabels); those of the observability
controller (VEP 143) arrive with it in exported_namespace, which is read for that job alone.
"""

from __future__ import annotations

from collections.abc import Callable

from gpurules.promql.syntax.build import aggregate, binary, call, matcher, number, relabel, selector
from gpurules.promql.syntax.tree import Expression, Matcher, VectorSelector
from gpurules.rules.identities.narrowing import Only, everything
from gpurules.rules.label_names import NAME, NAMESPACE
from gpurules.rules.request import Request

INFO_METRIC = "kubevirt_vmi_info"
VMI_POD = "vmi_pod"
EXPORTED_NAMESPACE = "exported_namespace"

Taken = Callable[[VectorSelector], Expression]
"""What is made of series that are selected."""

NO_POD = "<none>"
"""KubeVirt v1.5 writes this for a VM without a launcher pod; later releases leave the label out."""

RUNNING = (matcher("phase", "=", "running"),)
WITH_POD = (*RUNNING, matcher(VMI_POD, "!=", ""), matcher(VMI_POD, "!=", NO_POD))


def freshest_vms(request: Request, matchers: tuple[Matcher, ...] = RUNNING, only: Only = everything) -> Expression:
    """The running VMs, each once: where two series tell of one, that of the freshest scrape. ``only`` leaves those of
    the VMs that matter."""
    own = only(call("timestamp", selector(INFO_METRIC, *matchers, *request.info)))
    freshest = aggregate("topk", request.vm_key, own, number(1))
    if not request.observer:
        return freshest
    seen = call("timestamp", selector(INFO_METRIC, *matchers, *_observed(request)))
    theirs = aggregate("topk", (*request.cluster, EXPORTED_NAMESPACE, NAME), seen, number(1))
    both = binary("or", freshest, only(relabel(theirs, NAMESPACE, EXPORTED_NAMESPACE)))
    return aggregate("topk", request.vm_key, both, number(1))


def emitted(
    request: Request, metric: str, labels: tuple[str, ...], matchers: tuple[Matcher, ...], taken: Taken = everything
) -> Expression:
    """The series of ``metric`` that satisfy ``matchers``, grouped by ``labels``, which hold the namespace. ``taken``
    makes of the selected series what is grouped."""
    own = aggregate("group", labels, taken(selector(metric, *matchers, *request.info)))
    if not request.observer:
        return own
    moved = tuple(EXPORTED_NAMESPACE if label == NAMESPACE else label for label in labels)
    theirs = aggregate("group", moved, taken(selector(metric, *matchers, *_observed(request))))
    return binary("or", own, aggregate("group", labels, relabel(theirs, NAMESPACE, EXPORTED_NAMESPACE)))


def any_info(request: Request) -> Expression:
    """Every kubevirt_vmi_info that is believed."""
    own = selector(INFO_METRIC, *request.info)
    return binary("or", own, selector(INFO_METRIC, *_observed(request))) if request.observer else own


def several(key: tuple[str, ...], series: Expression) -> Expression:
    """The ``key``s that more than one of ``series`` has."""
    return binary(">", aggregate("count", key, series), number(1))


def _observed(request: Request) -> tuple[Matcher, ...]:
    return (matcher(EXPORTED_NAMESPACE, "!=", ""), *request.observer)
