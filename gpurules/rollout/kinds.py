"""The kinds of objects that hold rules: one line for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A custom resource. ``operator``: what installs it and reads its objects. ``instead``: what to do without it."""

    kind: str
    group: str
    version: str
    resource: str
    operator: str
    instead: str

    @property
    def api_version(self) -> str:
        """As objects have it."""
        return f"{self.group}/{self.version}"

    def path(self, namespace: str, name: str = "") -> str:
        """Where the API serves it."""
        base = f"/apis/{self.group}/{self.version}/namespaces/{namespace}/{self.resource}"
        return f"{base}/{name}" if name else base


KINDS: Mapping[str, Kind] = {
    kind.kind: kind
    for kind in (
        Kind(
            "PrometheusRule",
            "monitoring.coreos.com",
            "v1",
            "prometheusrules",
            "prometheus-operator",
            "or write a rule file for your Prometheus with gpurules render --format rules",
        ),
        Kind(
            "VMRule",
            "operator.victoriametrics.com",
            "v1beta1",
            "vmrules",
            "the VictoriaMetrics operator",
            "or apply --format prometheusrule",
        ),
    )
}
