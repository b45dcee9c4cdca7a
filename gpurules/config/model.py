"""What a user can ask for: the whole of ``gpurules.yaml``, with its defaults. Flags override single values.

The metadata of each field is the one source of its help, its choices and its form: the decoder, the flags, the JSON
schema and the page of the configuration file all read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gpurules.config import forms
from gpurules.text.declare import described

DEFAULT_INFO_SELECTOR = 'job="kubevirt-prometheus-metrics"'
"""The job that prometheus-operator gives to KubeVirt's own ServiceMonitor (facts: KubeVirt v1.0 to main)."""

HONOR_LABELS = ("true", "false", "auto")
PATHS = ("pod-network", "vsock-sidecar", "vsock-exporter", "host", "remote", "single-vm-node")
"""The collection paths that this release renders."""
DEFAULT_PATHS = PATHS[:2]
"""Those that need no configuration: the launcher pod names the VM."""
ENTITIES = ("link", "switch", "cpu", "cpu-core")
IDENTITIES = ("record", "inline")
LEVELS = ("vmi_gpu", "vmi")
COMBINATIONS = ("sum", "avg", "max", "min")
_WORD = "[a-z][a-z0-9-]*"
FORMATS = ("prometheusrule", "rules")


@dataclass(frozen=True, slots=True)
class DcgmSection:
    """What the guests export.

    ``counters``: counters files (CSV, ConfigMap, exporter YAML, saved /metrics page); empty: dcgm-exporter's defaults.
    ``exporters``: dcgm-exporter releases in use, such as ``4.5.3-4.8.2``; empty: every known release.
    ``selector``: label matchers that every DCGM series must satisfy, such as ``job=~"guest-.*"``; empty: none.
    ``honor_labels``: ``true``, ``false`` or ``auto``: whether the scrape of the guests sets honorLabels.
    ``path_selectors``: by collection path, matchers that the series of that path satisfy besides.
    ``vm_namespace_label``, ``vm_name_label``: the labels that name the VM where relabelling or the sender sets them.
    ``collection_interval``: how often the exporter reads DCGM (its ``-c``), a PromQL duration.
    """

    counters: tuple[str, ...] = field(
        default=(),
        metadata=described(
            "Files that say which counters the guests export: dcgm-exporter's CSV, a ConfigMap that holds it, the "
            "exporter's YAML, or a saved /metrics page. Empty: the exporter's defaults.",
            check=forms.wrong_in_file_name,
            is_path=True,
            example="[my-counters.csv]",
        ),
    )
    exporters: tuple[str, ...] = field(
        default=(),
        metadata=described(
            "Releases of dcgm-exporter in the guests. Empty: every release that gpurules knows.",
            pattern=forms.EXPORTER_RELEASE,
            kind="a release of dcgm-exporter",
            advice="write such as 4.5.3-4.8.2",
            example="[4.5.3-4.8.2]",
        ),
    )
    selector: str = field(
        default="",
        metadata=described(
            "Label matchers that every DCGM series must satisfy, without braces. Empty: none.",
            check=forms.wrong_in_selector,
            example="'job=~\"guest-.*\"'",
        ),
    )
    path_selectors: dict[str, str] = field(
        default_factory=dict,
        metadata=described(
            "Label matchers that the series of one collection path must satisfy besides, by path.",
            check=forms.wrong_in_selector,
            key_pattern=_WORD,
            key_kind="the name of a collection path",
            example="{remote: 'job=\"remote-guests\"'}",
        ),
    )
    vm_namespace_label: str = field(
        default="namespace",
        metadata=described(
            "The label that holds the VM's namespace on paths where relabelling or the sender names the VM.",
            pattern=forms.LABEL_NAME,
            kind="a label name",
            advice="write such as namespace",
            example="namespace",
        ),
    )
    vm_name_label: str = field(
        default="name",
        metadata=described(
            "The label that holds the VM's name on paths where relabelling or the sender names the VM.",
            pattern=forms.LABEL_NAME,
            kind="a label name",
            advice="write such as vmi_kubevirt_io_id",
            example="vmi_kubevirt_io_id",
        ),
    )
    honor_labels: str = field(
        default="auto",
        metadata=described(
            "Whether the scrape of the guests sets honorLabels; auto where it is not known or differs.",
            choices=HONOR_LABELS,
            example="false",
        ),
    )
    collection_interval: str = field(
        default="30s",
        metadata=described(
            "How often dcgm-exporter reads DCGM (its option -c).",
            pattern=forms.DURATION,
            kind="a duration",
            advice="write such as 30s",
            check=forms.wrong_in_duration,
            example="30s",
        ),
    )


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


@dataclass(frozen=True, slots=True)
class RecordSetting:
    """What is said of one field's records: ``combine`` how the GPUs of a VM combine; ``rename`` the metric part of the
    record's name without ``kubevirt_``, such as ``vmi_gpu_power_watts``; ``skip`` leaves the field out."""

    combine: str = field(
        default="",
        metadata=described(
            "How the GPUs of one VM combine. Empty: as the catalog says.", choices=("", *COMBINATIONS), example="max"
        ),
    )
    rename: str = field(
        default="",
        metadata=described(
            "The metric part of the record's name, without kubevirt_. Empty: the catalog's name.",
            pattern=forms.METRIC_PART,
            kind="the metric part of a record's name",
            advice="write lower-case words joined by _, such as vmi_gpu_power_watts",
            check=forms.wrong_in_metric_part,
            example="vmi_gpu_board_power_watts",
        ),
    )
    skip: bool = field(default=False, metadata=described("Leave the field out.", example="true"))


@dataclass(frozen=True, slots=True)
class RulesSection:
    """The rules themselves.

    ``paths``: collection paths. ``identity``: ``record`` or ``inline``. ``entities``: what is recorded beside GPUs.
    ``levels``: levels to record. ``rate_window``: range of rates, a PromQL duration of at
    least eight collection intervals. ``interval``: evaluation interval of the groups; empty: Prometheus' own.
    ``cluster_label``: the label that tells clusters apart in this store; empty: one cluster.
    ``fields``: settings by field name, any of its names.
    """

    paths: tuple[str, ...] = field(
        default=DEFAULT_PATHS,
        metadata=described(
            "How the guests' series reach Prometheus, the preferred way first.", choices=PATHS, example="[pod-network]"
        ),
    )
    identity: str = field(
        default="record",
        metadata=described(
            "Whether rules read what others have recorded, or each is an expression of its own, for a ruler that does "
            "not see its own records.",
            choices=IDENTITIES,
            example="inline",
        ),
    )
    entities: tuple[str, ...] = field(
        default=(),
        metadata=described(
            "What to record beside GPUs, where the counters hold fields of it.", choices=ENTITIES, example="[link]"
        ),
    )
    levels: tuple[str, ...] = field(
        default=LEVELS, metadata=described("What to record: each GPU, each VM.", choices=LEVELS, example="[vmi]")
    )
    rate_window: str = field(
        default="5m",
        metadata=described(
            "The range of rates, at least eight collection intervals.",
            pattern=forms.DURATION,
            kind="a duration",
            advice="write such as 5m",
            check=forms.wrong_in_duration,
            example="10m",
        ),
    )
    interval: str = field(
        default="",
        metadata=described(
            "How often the rules are evaluated. Empty: as Prometheus is configured.",
            pattern=f"|{forms.DURATION}",
            kind="a duration",
            advice="write such as 1m",
            check=forms.wrong_in_optional_duration,
            example="1m",
        ),
    )
    cluster_label: str = field(
        default="",
        metadata=described(
            "The label that tells clusters apart where one store holds several. Empty: one cluster.",
            pattern=f"|{forms.LABEL_NAME}",
            kind="a label name",
            advice="write such as cluster",
            example="cluster",
        ),
    )
    fields: dict[str, RecordSetting] = field(
        default_factory=dict,
        metadata=described(
            "Settings for single fields, by any name of the field.",
            key_pattern=forms.METRIC_NAME,
            key_kind="the name of a field",
            example="{DCGM_FI_DEV_POWER_USAGE: {combine: max}}",
        ),
    )


@dataclass(frozen=True, slots=True)
class OutputSection:
    """The document: ``format`` is ``prometheusrule`` or ``rules`` (a plain rule file)."""

    format: str = field(
        default="prometheusrule",
        metadata=described(
            "The document: a PrometheusRule for the operator, or a plain rule file.", choices=FORMATS, example="rules"
        ),
    )
    name: str = field(
        default="gpurules",
        metadata=described(
            "The name of the PrometheusRule.",
            pattern=forms.OBJECT_NAME,
            kind="the name of a Kubernetes object",
            advice="write lower-case letters, digits, - and .",
            example="vm-gpus",
        ),
    )
    namespace: str = field(
        default="",
        metadata=described(
            "The namespace of the PrometheusRule. Empty: none is written.",
            pattern=f"|{forms.NAMESPACE}",
            kind="the name of a namespace",
            advice="write lower-case letters, digits and -, 63 at most",
            example="kubevirt",
        ),
    )
    labels: dict[str, str] = field(
        default_factory=dict,
        metadata=described(
            "Labels of the PrometheusRule, such as those that the Prometheus object selects rules by.",
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
            "Annotations of the PrometheusRule.",
            check=forms.wrong_in_annotation,
            key_pattern=forms.OBJECT_LABEL_KEY,
            key_kind="the key of a Kubernetes annotation",
            example="{owner: platform}",
        ),
    )


@dataclass(frozen=True, slots=True)
class Config:
    """The effective configuration."""

    version: int = field(
        default=1,
        metadata=described("The version of this file's format.", choices=(1,), required=True, example="1"),
    )
    dcgm: DcgmSection = field(default_factory=DcgmSection, metadata=described("What the guests export."))
    kubevirt: KubevirtSection = field(default_factory=KubevirtSection, metadata=described("The virtualisation side."))
    rules: RulesSection = field(default_factory=RulesSection, metadata=described("The rules themselves."))
    output: OutputSection = field(default_factory=OutputSection, metadata=described("The document."))
