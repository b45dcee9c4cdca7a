"""What a user can say of the cluster: the section ``kubevirt``."""

from __future__ import annotations

from dataclasses import dataclass, field

from gpurules.config import forms
from gpurules.text.declare import described

DEFAULT_INFO_SELECTOR = 'job="kubevirt-prometheus-metrics"'
"""The job that prometheus-operator gives to KubeVirt's own ServiceMonitor (facts: KubeVirt v1.0 to main)."""


@dataclass(frozen=True, slots=True)
class KubevirtSection:
    """The virtualisation side.

    ``release``: KubeVirt release such as ``v1.6``, or ``main``; empty: the newest known.
    ``info_selector``: label matchers that kubevirt_* metrics must satisfy to be believed.
    ``observer_selector``: the same for those of KubeVirt's observability controller, whose namespace of the VM is in
    exported_namespace; empty: they are not read.
    ``kube_state_selector``: the same for kube_* metrics of kube-state-metrics.
    ``gpu_resources``: resource names that give a VM a GPU, such as ``nvidia.com/GA102GL_A10``.
    ``copy_labels``: labels of kubevirt_vmi_info that records carry as well, such as ``instance_type``.
    ``schemas``: files that declare labels of further metrics.
    """

    release: str = field(
        default="",
        metadata=described(
            "The KubeVirt release, such as v1.6, or main. Empty: the newest that gpurules knows.",
            pattern=forms.KUBEVIRT_RELEASE,
            kind="a KubeVirt release",
            advice="write such as v1.6, or main",
            example="v1.6",
        ),
    )
    info_selector: str = field(
        default=DEFAULT_INFO_SELECTOR,
        metadata=described(
            "Label matchers that kubevirt_* metrics must satisfy to be believed, without braces.",
            check=forms.wrong_in_selector,
            example=f"'{DEFAULT_INFO_SELECTOR}'",
        ),
    )
    observer_selector: str = field(
        default="",
        metadata=described(
            "Label matchers of the series of KubeVirt's observability controller, which arrive with the VM's namespace "
            "in exported_namespace. Empty: they are not read.",
            check=forms.wrong_in_selector,
            example="'job=\"virt-observability-controller-metrics\"'",
        ),
    )
    kube_state_selector: str = field(
        default='job="kube-state-metrics"',
        metadata=described(
            "Label matchers that the kube_* metrics of kube-state-metrics must satisfy to be believed, without braces.",
            check=forms.wrong_in_selector,
            example="'job=\"kube-state-metrics\"'",
        ),
    )
    gpu_resources: tuple[str, ...] = field(
        default=(),
        metadata=described(
            "Resources that give a VM a GPU; with their names gpurules counts VMs that have GPUs and send nothing.",
            pattern=forms.RESOURCE_NAME,
            kind="the name of an extended resource",
            advice="write such as nvidia.com/GA102GL_A10",
            example="[nvidia.com/GA102GL_A10]",
        ),
    )
    copy_labels: tuple[str, ...] = field(
        default=(),
        metadata=described(
            "Labels of kubevirt_vmi_info that the records carry as well.",
            pattern=forms.LABEL_NAME,
            kind="a label name",
            advice="write such as instance_type",
            example="[instance_type]",
        ),
    )
    schemas: tuple[str, ...] = field(
        default=(),
        metadata=described(
            "Files that declare the labels of further metrics.",
            check=forms.wrong_in_file_name,
            is_path=True,
            example="[my-schema.yaml]",
        ),
    )
