"""What a user can ask for: the whole of ``gpurules.yaml``, with its defaults. Flags override single values."""

from __future__ import annotations

from dataclasses import dataclass, field

DEFAULT_INFO_SELECTOR = 'job="kubevirt-prometheus-metrics"'
"""The job that prometheus-operator gives to KubeVirt's own ServiceMonitor (facts: KubeVirt v1.0 to main)."""


@dataclass(frozen=True, slots=True)
class DcgmSection:
    """What the guests export.

    ``counters``: counters files (CSV, ConfigMap, exporter YAML, saved /metrics page); empty: dcgm-exporter's defaults.
    ``exporters``: dcgm-exporter releases in use, such as ``4.5.3-4.8.2``; empty: every known release.
    ``selector``: label matchers that every DCGM series must satisfy, such as ``job=~"guest-.*"``; empty: none.
    ``honor_labels``: ``true``, ``false`` or ``auto``: whether the scrape of the guests sets honorLabels.
    ``collection_interval``: how often the exporter reads DCGM (its ``-c``), a PromQL duration.
    """

    counters: tuple[str, ...] = ()
    exporters: tuple[str, ...] = ()
    selector: str = ""
    honor_labels: str = "auto"
    collection_interval: str = "30s"


@dataclass(frozen=True, slots=True)
class KubevirtSection:
    """The virtualisation side.

    ``release``: KubeVirt release such as ``v1.6``, or ``main``; empty: the newest known.
    ``info_selector``: label matchers that kubevirt_* metrics must satisfy to be believed.
    ``kube_state_selector``: the same for kube_* metrics of kube-state-metrics.
    ``gpu_resources``: resource names that give a VM a GPU, such as ``nvidia.com/GA102GL_A10``.
    ``copy_labels``: labels of kubevirt_vmi_info that records carry as well, such as ``instance_type``.
    ``schemas``: files that declare labels of further metrics.
    """

    release: str = ""
    info_selector: str = DEFAULT_INFO_SELECTOR
    kube_state_selector: str = 'job="kube-state-metrics"'
    gpu_resources: tuple[str, ...] = ()
    copy_labels: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordSetting:
    """What is said of one field's records: ``combine`` how the GPUs of a VM combine; ``rename`` the metric part of the
    record's name without ``kubevirt_``, such as ``vmi_gpu_power_watts``; ``skip`` leaves the field out."""

    combine: str = ""
    rename: str = ""
    skip: bool = False


@dataclass(frozen=True, slots=True)
class RulesSection:
    """The rules themselves.

    ``paths``: collection paths. ``levels``: levels to record. ``rate_window``: range of rates, a PromQL duration of at
    least eight collection intervals. ``interval``: evaluation interval of the groups; empty: Prometheus' own.
    ``cluster_label``: the label that tells clusters apart in this store; empty: one cluster.
    ``fields``: settings by field name, any of its names.
    """

    paths: tuple[str, ...] = ("pod-network", "vsock-sidecar")
    levels: tuple[str, ...] = ("vmi_gpu", "vmi")
    rate_window: str = "5m"
    interval: str = ""
    cluster_label: str = ""
    fields: dict[str, RecordSetting] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutputSection:
    """The document: ``format`` is ``prometheusrule`` or ``rules`` (a plain rule file)."""

    format: str = "prometheusrule"
    name: str = "gpurules"
    namespace: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    """The effective configuration."""

    version: int = 1
    dcgm: DcgmSection = field(default_factory=DcgmSection)
    kubevirt: KubevirtSection = field(default_factory=KubevirtSection)
    rules: RulesSection = field(default_factory=RulesSection)
    output: OutputSection = field(default_factory=OutputSection)
