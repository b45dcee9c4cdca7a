"""What a user can say of the rules: the section ``rules``, and what its words may be."""

from __future__ import annotations

from dataclasses import dataclass, field

from gpurules.config import forms
from gpurules.text.declare import described

PATHS = ("pod-network", "vsock-sidecar", "vsock-exporter", "host", "remote", "single-vm-node")
"""The collection paths that this release renders."""
DEFAULT_PATHS = PATHS[:2]
"""Those that need no configuration: the launcher pod names the VM."""
ENTITIES = ("link", "switch", "cpu", "cpu-core")
IDENTITIES = ("record", "inline")
LEVELS = ("vmi_gpu", "vmi", "namespace", "node", "cluster")
PRESETS = ("default", "minimal", "full", "vep254", "chargeback")
GROUPS = ("auto", "single", "subsystem")
COMBINATIONS = ("sum", "avg", "max", "min")


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
    ``preset``: what to record where nothing else says so. ``levels``: levels to record; empty: those of the preset.
    ``rate_window``: range of rates, a PromQL duration of at
    least eight collection intervals. ``interval``: evaluation interval of the groups; empty: Prometheus' own.
    ``query_offset``: how far in the past they read. ``groups``, ``group_size``: how they are grouped; 0: as usual.
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
    preset: str = field(
        default="default",
        metadata=described(
            "Which counters and levels to record where nothing else says so; of counters files, only what it needs.",
            choices=PRESETS,
            example="chargeback",
        ),
    )
    levels: tuple[str, ...] = field(
        default=(),
        metadata=described(
            "What to record beside each GPU: each VM, namespace, node, the cluster. Empty: as the preset says.",
            choices=LEVELS,
            example="[vmi, namespace]",
        ),
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
    query_offset: str = field(
        default="",
        metadata=described(
            "How far in the past the rules read, for series that arrive late. Empty: as Prometheus is configured.",
            pattern=f"|{forms.DURATION}",
            kind="a duration",
            advice="write such as 1m",
            check=forms.wrong_in_optional_duration,
            example="1m",
        ),
    )
    groups: str = field(
        default="auto",
        metadata=described(
            "One rule group, which is exact, or one for each subsystem, which a ruler can spread; auto: one as long as "
            "it is short.",
            choices=GROUPS,
            example="subsystem",
        ),
    )
    group_size: int = field(
        default=0,
        metadata=described(
            "Most rules of a group where there are several. 0: 60, and 20 in the format mimir.",
            minimum=0,
            maximum=10_000,
            example="100",
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
