"""The fields that documents, groups and rules may have, and who else reads further ones.

Source: Prometheus' rulefmt (3.14), prometheus-operator 0.93 and VictoriaMetrics operator's CRDs, Thanos and Mimir.
"""

from __future__ import annotations

from collections.abc import Mapping

from gpurules.lint.sources.model import Envelope

_RULE = ("record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations")
_VM_GROUP = (
    "concurrency",
    "debug",
    "eval_alignment",
    "eval_delay",
    "eval_offset",
    "extra_filter_labels",
    "headers",
    "notifier_headers",
    "params",
    "tenant",
    "type",
)
_VM_RULE = ("debug", "update_entries_limit")

GROUP_FIELDS: Mapping[Envelope, tuple[str, ...]] = {
    Envelope.PLAIN: ("name", "interval", "query_offset", "limit", "labels", "rules"),
    Envelope.PROMETHEUS_RULE: (
        "name",
        "interval",
        "query_offset",
        "limit",
        "labels",
        "partial_response_strategy",
        "rules",
    ),
    Envelope.VM_RULE: ("name", "interval", "limit", "labels", "rules", *_VM_GROUP),
}
RULE_FIELDS: Mapping[Envelope, tuple[str, ...]] = {
    Envelope.PLAIN: _RULE,
    Envelope.PROMETHEUS_RULE: _RULE,
    Envelope.VM_RULE: (*_RULE, *_VM_RULE),
}
HOLDER_FIELDS: Mapping[Envelope, tuple[str, ...]] = {
    Envelope.PLAIN: ("groups",),
    Envelope.PROMETHEUS_RULE: ("groups",),
    Envelope.VM_RULE: ("groups",),
}

OTHERS: Mapping[str, str] = {
    "partial_response_strategy": "Thanos Ruler",
    "source_tenants": "Mimir",
    "align_evaluation_time_on_interval": "Mimir",
    "evaluation_delay": "Mimir",
    "namespace": "Mimir and Cortex",
    "concurrent": "the VictoriaMetrics operator",
    **dict.fromkeys((*_VM_GROUP, *_VM_RULE), "vmalert"),
}
"""Fields of a plain rule file that Prometheus refuses and another evaluator reads."""
