"""What the operators write into the status of the objects that they have read.

Sources: prometheus-operator 0.93 (status.bindings of PrometheusRule); VictoriaMetrics operator, reconcile/status.go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

COMPLAINT = "could not parse expression"


def of_prometheus_rule(accepted: bool, generation: int) -> dict[str, Any]:
    """By the Prometheus monitoring/k8s."""
    binding = {"group": "monitoring.coreos.com", "resource": "prometheuses", "namespace": "monitoring", "name": "k8s"}
    return {"bindings": [{**binding, "conditions": [_condition("Accepted", accepted, generation)]}]}


def of_vm_rule(accepted: bool, generation: int) -> dict[str, Any]:
    """By the VMAlert monitoring/main."""
    condition = _condition("main.monitoring.vmalert.victoriametrics.com/Applied", accepted, generation)
    return {
        "observedGeneration": generation,
        "updateStatus": "operational" if accepted else "failed",
        "reason": condition["message"],
        "conditions": [{**condition, "reason": "ConfigParsedAndApplied"}],
    }


def _condition(kind: str, accepted: bool, generation: int) -> dict[str, Any]:
    return {
        "type": kind,
        "status": "True" if accepted else "False",
        "observedGeneration": generation,
        "message": "" if accepted else COMPLAINT,
    }


STATUSES: Mapping[str, Callable[[bool, int], dict[str, Any]]] = {
    "prometheusrules": of_prometheus_rule,
    "vmrules": of_vm_rule,
}
