"""What a user can say of the document: the section ``output``."""

from __future__ import annotations

from dataclasses import dataclass, field

from gpurules.config import forms
from gpurules.text.declare import described

FORMATS = ("prometheusrule", "rules", "vmrule", "mimir")
PARTIAL_RESPONSES = ("", "abort", "warn")


@dataclass(frozen=True, slots=True)
class OutputSection:
    """The document: ``format`` is ``prometheusrule``, ``vmrule``, ``rules`` (a plain rule file) or ``mimir``."""

    format: str = field(
        default="prometheusrule",
        metadata=described(
            "The document: a PrometheusRule or VMRule for its operator, a plain rule file, or one for mimirtool.",
            choices=FORMATS,
            example="rules",
        ),
    )
    target: str = field(
        default="",
        metadata=described(
            "The program that evaluates the rules, and its version; what it would drop or refuse is an error. "
            "Empty: not checked.",
            pattern=forms.TARGET,
            kind="a program and its version",
            advice="write such as prometheus=2.53, thanos=0.38 or victoriametrics=1.112",
            example="prometheus=2.53",
        ),
    )
    partial_response: str = field(
        default="",
        metadata=described(
            "What Thanos Ruler does where a store does not answer; needs a thanos target. Empty: as it is configured.",
            choices=PARTIAL_RESPONSES,
            example="abort",
        ),
    )
    name: str = field(
        default="gpurules",
        metadata=described(
            "The name of the object; for mimir, the namespace of the groups.",
            pattern=forms.OBJECT_NAME,
            kind="the name of a Kubernetes object",
            advice="write lower-case letters, digits, - and .",
            example="vm-gpus",
        ),
    )
    namespace: str = field(
        default="",
        metadata=described(
            "The namespace of the object. Empty: none is written.",
            pattern=f"|{forms.NAMESPACE}",
            kind="the name of a namespace",
            advice="write lower-case letters, digits and -, 63 at most",
            example="kubevirt",
        ),
    )
    labels: dict[str, str] = field(
        default_factory=dict,
        metadata=described(
            "Labels of the object, such as those that the Prometheus object selects rules by.",
            pattern=forms.OBJECT_LABEL_VALUE,
            kind="the value of a Kubernetes label",
            advice="write letters, digits, -, _ and ., 63 at most",
            key_pattern=forms.OBJECT_LABEL_KEY,
            key_kind="the key of a Kubernetes label",
            example="{prometheus: k8s}",
        ),
    )
    annotations: dict[str, str] = field(
        default_factory=dict,
        metadata=described(
            "Annotations of the object.",
            check=forms.wrong_in_annotation,
            key_pattern=forms.OBJECT_LABEL_KEY,
            key_kind="the key of a Kubernetes annotation",
            example="{owner: platform}",
        ),
    )
