"""What a user can say of the guests' exporters: the section ``dcgm``."""

from __future__ import annotations

from dataclasses import dataclass, field

from gpurules.config import forms
from gpurules.text.declare import described

HONOR_LABELS = ("true", "false", "auto")
_WORD = "[a-z][a-z0-9-]*"


@dataclass(frozen=True, slots=True)
class DcgmSection:
    """What the guests export.

    ``counters``: counters files (CSV, ConfigMap, exporter YAML, saved /metrics page); empty: dcgm-exporter's defaults.
    ``exporters``: dcgm-exporter releases in use, such as ``4.5.3-4.8.2``; empty: every known release.
    ``selector``: label matchers that every DCGM series must satisfy, such as ``job=~"guest-.*"``; empty: none.
    ``honor_labels``: ``true``, ``false`` or ``auto``: whether the scrape of the guests sets honorLabels.
    ``path_selectors``: by collection path, matchers that the series of that path satisfy besides.
    ``use_old_namespace``: whether series that call the UUID of their GPU ``uuid`` are read by it too.
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
    use_old_namespace: bool = field(
        default=False,
        metadata=described(
            "Whether exporters in the guests may run with --use-old-namespace, which calls the UUID of a GPU uuid: "
            "without this their records have no UUID.",
            example="true",
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
