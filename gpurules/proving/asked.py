"""What a configuration asks scenarios to tell: ways of collection, releases, spellings, scrape settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from gpurules.catalog.exporters import ExporterRelease, releases
from gpurules.catalog.field import FieldKind, Selection
from gpurules.config.model import Config
from gpurules.proving.relabelling import accepted_by_source, relabelling_of
from gpurules.scenario.booking import RulesFor
from gpurules.scenario.model import Relabelling
from gpurules.scenario.promtool import EVALUATION
from gpurules.scenario.quantities import BY_NAME
from gpurules.scenario.spelling import Spelling
from gpurules.scenario.told import lists_addresses, names_pod
from gpurules.text.duration import parse_duration

WAYS_OF_PATH: Mapping[str, tuple[str, ...]] = {
    "pod-network": ("pod-network",),
    "vsock-sidecar": ("vsock-sidecar",),
    "vsock-exporter": ("vsock-exporter",),
    "host": ("host-mapped",),
    "remote": ("remote", "remote-address"),
    "single-vm-node": ("node-exporter", "node-exporter-relabelled"),
}
"""The ways of collection of each path, names in :data:`gpurules.scenario.target.WAYS`."""

HONORED: Mapping[str, tuple[bool, ...]] = {"false": (False,), "true": (True,), "auto": (False, True)}
"""What ``honor_labels`` says, and with what the guests may then be scraped."""

DRIVER = "DCGM_FI_SYSTEM_DRIVER_VERSION"
_GROUP_WORD = re.compile(r"^DCGM_FI_(DEV_|SYSTEM_|PROF_|)")


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything that the stories of a configuration depend on, beside the rules.

    ``rules``: what the evaluator must know of them. ``ways``: in which VMs are collected, in turn. ``release``: of
    KubeVirt. ``kube_state``: kube-state-metrics is there, and ``resource`` is what gives a VM a GPU. ``fields``: what
    exporters send, of that which scenarios can measure; ``unknown``: of that which they cannot. ``spelling``: how.
    ``honored``: whether guests' labels are, each way once. ``relabelling``: of the targets. ``described``: labels that
    are copied from kubevirt_vmi_info. ``offset``, ``collection``: seconds;
    ``lag``: for so many seconds records are behind what they read, since a rule reads what was recorded before.
    """

    rules: RulesFor
    ways: tuple[tuple[str, ...], ...]
    release: str
    kube_state: bool
    resource: str
    fields: tuple[str, ...]
    unknown: tuple[str, ...]
    spelling: Spelling
    honored: tuple[bool, ...]
    relabelling: Relabelling
    described: tuple[str, ...] = ()
    offset: int = 0
    collection: float = 30
    seed: int = 0
    old_uuid: bool = False
    lag: int = 0


def asked(
    config: Config,
    selection: Selection,
    accepts: Callable[[str], bool],
    exporters: Iterable[ExporterRelease],
    release: str,
    seed: int,
) -> Asked:
    """What ``config`` asks for; ``accepts``: whether an exporter in use knows a field by a name. Raises InputError
    where no target can satisfy the user's matchers."""
    paths = config.rules.paths
    measured = _measured(selection)
    addresses = lists_addresses(release)
    resources = config.kubevirt.gpu_resources
    return Asked(
        rules=RulesFor(
            paths,
            config.dcgm.honor_labels,
            owners=not names_pod(release),
            addresses=addresses,
            name_label=config.dcgm.vm_name_label,
            observed=bool(config.kubevirt.observer_selector),
            cluster_label=config.rules.cluster_label,
            namespace_label=config.dcgm.vm_namespace_label,
            window=_whole_seconds(config.rules.rate_window),
            evaluation=_whole_seconds(config.rules.interval) if config.rules.interval else EVALUATION,
            combine=_combine(config, selection),
            inline=config.rules.identity == "inline",
            accepted=accepted_by_source(config),
        ),
        ways=_ways(paths, addresses),
        release=release,
        kube_state=bool(resources) or not names_pod(release) or "single-vm-node" in paths,
        resource=re.sub(r"[^a-zA-Z0-9_]", "_", resources[0]) if resources else "nvidia_com_gpu",
        fields=tuple(name for name in measured if name in BY_NAME),
        unknown=tuple(name for name in measured if name not in BY_NAME),
        spelling=_spelling(selection, accepts, tuple(exporters)),
        honored=HONORED[config.dcgm.honor_labels],
        relabelling=relabelling_of(config),
        described=config.kubevirt.copy_labels,
        old_uuid=config.dcgm.use_old_namespace,
        offset=_whole_seconds(config.rules.query_offset) if config.rules.query_offset else 0,
        collection=parse_duration(config.dcgm.collection_interval) / 1000,
        seed=seed,
    )


def _whole_seconds(duration: str) -> int:
    """The seconds of a duration, rounded up: stories know no shorter time."""
    return -(-parse_duration(duration) // 1000)


def _ways(paths: tuple[str, ...], addresses: bool) -> tuple[tuple[str, ...], ...]:
    """Each way of each path alone, then what comes by the first two paths at once."""
    alone = [(way,) for path in paths for way in WAYS_OF_PATH[path] if addresses or way != "remote-address"]
    both = [(WAYS_OF_PATH[paths[0]][0], WAYS_OF_PATH[paths[1]][0])] if len(paths) > 1 else []
    return (*both, *alone)


def _measured(selection: Selection) -> tuple[str, ...]:
    """The fields that guests send as series."""
    names = (
        counter.field.name
        for counter in selection.counters
        if counter.field.kind is not FieldKind.LABEL and counter.declared_type != "label"
    )
    return tuple(dict.fromkeys(names))


def _combine(config: Config, selection: Selection) -> dict[str, str]:
    fields = {name: counter.field.name for counter in selection.counters for name in counter.field.names}
    return {
        fields[name]: setting.combine for name, setting in config.rules.fields.items() if setting.combine in _COMBINE
    }


_COMBINE = ("sum", "avg", "max", "min")


def _spelling(selection: Selection, accepts: Callable[[str], bool], exporters: tuple[ExporterRelease, ...]) -> Spelling:
    names: dict[str, tuple[str, ...]] = {}
    rows: list[tuple[str, str]] = []
    drivers: tuple[str, ...] = ()
    for counter in selection.counters:
        field = counter.field
        accepted = (name for name in field.names if name.startswith("DCGM_") and accepts(name))
        spelled = tuple(dict.fromkeys((*names.get(field.name, ()), counter.name, *accepted)))
        if field.kind is not FieldKind.LABEL:
            names[field.name] = spelled
        elif counter.declared_type == "label" and field.name == DRIVER:
            drivers = spelled
        elif counter.declared_type == "label":
            rows.append((counter.name, _GROUP_WORD.sub("", field.name).lower()))
    return Spelling(
        names,
        tuple(dict.fromkeys(release.hostname_label for release in exporters)),
        drivers,
        _error_labels(exporters),
        tuple(dict.fromkeys(rows)),
    )


def _error_labels(exporters: tuple[ExporterRelease, ...]) -> tuple[bool, ...]:
    """Whether the exporters in use add err_code and err_msg, the newest first."""
    since = next(release.order for release in releases() if "err_code" in release.labels)
    return tuple(dict.fromkeys(release.order >= since for release in reversed(exporters)))
