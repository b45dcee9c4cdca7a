"""``prometheusrule``: the custom resource of prometheus-operator, monitoring.coreos.com/v1."""

from __future__ import annotations

from collections.abc import Sequence

from gpurules.conventions.operator import (
    SPEC_LIMIT,
    check_annotations,
    check_groups,
    check_labels,
    check_namespace,
    check_object_name,
    check_spec_size,
)
from gpurules.conventions.plain import PlainGroup
from gpurules.conventions.servers import Server
from gpurules.conventions.violation import Violation
from gpurules.output.document import Document
from gpurules.output.formats.format import Format


def check(document: Document, groups: Sequence[PlainGroup]) -> tuple[Violation, ...]:
    """What the API server or the operator would refuse."""
    return (
        *check_object_name(document.name),
        *check_namespace(document.namespace),
        *check_labels(document.labels),
        *check_annotations(document.annotations),
        *check_groups(groups),
        *check_spec_size(groups),
    )


FORMAT = Format(
    name="prometheusrule",
    summary="PrometheusRule for prometheus-operator",
    template="prometheusrule.yaml.j2",
    constants=(("apiVersion", "monitoring.coreos.com/v1"), ("kind", "PrometheusRule")),
    path=("spec",),
    metadata=True,
    check=check,
    servers=(Server.PROMETHEUS, Server.THANOS, Server.VICTORIAMETRICS),
    spec_limit=SPEC_LIMIT,
)
