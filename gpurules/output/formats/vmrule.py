"""``vmrule``: the custom resource of the VictoriaMetrics operator, operator.victoriametrics.com/v1beta1.

Source: VictoriaMetrics operator, api/operator/v1beta1 (VMRule); it puts rules into ConfigMaps of the same size as
prometheus-operator. vmalert's eval_delay moves the time that is asked for into the past, as query_offset of Prometheus
does.
"""

from __future__ import annotations

from gpurules.conventions.operator import SPEC_LIMIT
from gpurules.conventions.servers import Server
from gpurules.output.formats import prometheusrule
from gpurules.output.formats.format import Format

FORMAT = Format(
    name="vmrule",
    summary="VMRule for the VictoriaMetrics operator",
    template="vmrule.yaml.j2",
    constants=(("apiVersion", "operator.victoriametrics.com/v1beta1"), ("kind", "VMRule")),
    path=("spec",),
    metadata=True,
    check=prometheusrule.check,
    servers=(Server.VICTORIAMETRICS,),
    spec_limit=SPEC_LIMIT,
    offset_key="eval_delay",
)
