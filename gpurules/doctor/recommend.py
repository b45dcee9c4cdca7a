"""Which paths and settings fit what was found, with the numbers behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from gpurules.config.model import Config
from gpurules.config.print import to_yaml
from gpurules.doctor.model import Recommendation, Setting
from gpurules.doctor.outcome import Outcome
from gpurules.doctor.question import Case
from gpurules.doctor.questions import counters, holders, joining, machines, sides, timing, trust
from gpurules.labels import kubevirt
from gpurules.promql.syntax.tree import Matcher
from gpurules.rules.paths.registry import PATHS
from gpurules.text.duration import format_duration, parse_duration
from gpurules.text.quote import yaml_scalar

Change = tuple[str, str, Any, str]
"""Section, key, value, and why."""


def recommendation(case: Case) -> Recommendation:
    """The configuration that fits; without paths where no series joins on any."""
    joins = case[joining.QUESTION]
    paths = chosen_paths(joins.found)
    if not paths:
        return Recommendation((), (), "")
    changes = list(_changes(case, paths))
    config = configured(case.scope.config, changes)
    settings = tuple(
        Setting(f"{section}.{key}", _yaml(value), why)
        for section, key, value, why in changes
        if getattr(getattr(case.scope.config, section), key) != value
    )
    return Recommendation(paths, settings, to_yaml(config))


def configured(config: Config, changes: Iterable[Change]) -> Config:
    """``config`` with the changes."""
    for section, key, value, _ in changes:
        config = replace(config, **{section: replace(getattr(config, section), **{key: value})})
    return config


def chosen_paths(found: Sequence[Outcome]) -> tuple[str, ...]:
    """The path that joins most first, then each that joins GPUs which those before do not."""
    joined: dict[str, set[tuple[str, str, str]]] = {}
    for one in found:
        if one.vm is not None:
            joined.setdefault(one.path, set()).add(one.device.unit)
    order = sorted(joined, key=lambda path: (-len(joined[path]), list(PATHS).index(path)))
    chosen: list[str] = []
    known: set[tuple[str, str, str]] = set()
    for path in order:
        if joined[path] - known:
            chosen.append(path)
            known |= joined[path]
    return tuple(chosen)


def _changes(case: Case, paths: tuple[str, ...]) -> Iterable[Change]:
    yield "rules", "paths", paths, _why_paths(case[joining.QUESTION].found, paths)
    yield from _guests(case, paths)
    yield from _cluster_side(case)
    yield from _times(case)
    label, values = sides.clusters(case[sides.QUESTION], case.scope.config)
    if label:
        yield "rules", "cluster_label", label, f"{len(values)} clusters are told apart by it: {', '.join(values[:5])}"


def _why_paths(found: Sequence[Outcome], paths: Iterable[str]) -> str:
    counts = []
    for path in paths:
        carried = {one.device for one in found if one.path == path}
        joined = {one.device for one in found if one.path == path and one.vm is not None}
        counts.append(f"{path} joins {len(joined)} of {len(carried)} GPU series")
    return "; ".join(counts)


def _guests(case: Case, paths: tuple[str, ...]) -> Iterable[Change]:
    dcgm = case.scope.config.dcgm
    joins = case[joining.QUESTION]
    used = {one.source.name for one in joins.joined.values()}
    if "name" in used and joins.name_label != dcgm.vm_name_label:
        yield "dcgm", "vm_name_label", joins.name_label, f"the name of VMs is in the label {joins.name_label}"
    if "single-vm-node" in paths and "single-vm-node" not in dcgm.path_selectors:
        jobs = sorted({one.device.own("job") for one in joins.joined.values() if one.path == "single-vm-node"})
        selector = f'job="{jobs[0]}"' if len(jobs) == 1 else f'job=~"{"|".join(jobs)}"'
        changed = {**dcgm.path_selectors, "single-vm-node": selector}
        yield "dcgm", "path_selectors", changed, "only the exporters that read guests are to be booked by node"
    unused = {path: text for path, text in dcgm.path_selectors.items() if path not in paths}
    if unused:
        kept = {path: text for path, text in dcgm.path_selectors.items() if path in paths}
        yield "dcgm", "path_selectors", kept, f"path {', '.join(unused)} joins nothing"
    if case[trust.QUESTION].honor == "false" and dcgm.honor_labels == "auto":
        labelled = len(case[trust.QUESTION].labelled) + len(case[trust.QUESTION].claiming)
        yield "dcgm", "honor_labels", "false", f"{labelled} GPU series of guests keep their own labels in exported_*"
    wrong = [one for one in counters.findings(case) if one.id == "exporter-release"]
    if wrong:
        yield "dcgm", "exporters", (), wrong[0].what


def _cluster_side(case: Case) -> Iterable[Change]:
    section = case.scope.config.kubevirt
    found, pods = case[machines.QUESTION], case[holders.QUESTION]
    wrong = [one for one in machines.findings(case) if one.id == "kubevirt-release"]
    if wrong:
        yield "kubevirt", "release", machines.fitting_releases(found)[-1], wrong[0].what
    elif kubevirt_names_pods(case) and any("pod-owner" in one.source.identities for one in _booked(case)):
        why = "no series names launcher pods; kube-state-metrics does, whose owners are read for releases before v1.5"
        yield "kubevirt", "release", before_launcher_pods(), why
    effective = machines.effective(found, case.scope.request)
    for key, before, now in (
        ("info_selector", case.scope.request.info, effective.info),
        ("observer_selector", case.scope.request.observer, effective.observer),
        ("kube_state_selector", case.scope.request.kube_state, effective.kube_state),
    ):
        if before != now:
            yield "kubevirt", key, _written(now), "that is the job under which the series are here"
    if pods.resources and not section.gpu_resources:
        resources = tuple(f"nvidia.com/{one.removeprefix('nvidia_com_')}" for one in pods.resources)
        yield "kubevirt", "gpu_resources", resources, f"{len(pods.holders)} VMs hold GPUs by these resources"


def kubevirt_names_pods(case: Case) -> bool:
    """Whether the release that is assumed names launcher pods."""
    return kubevirt.has_launcher_pod(case.scope.kubevirt)


def before_launcher_pods() -> str:
    """The newest release whose kubevirt_vmi_info names none."""
    return [release for release in kubevirt.releases() if not kubevirt.has_launcher_pod(release)][-1]


def _booked(case: Case) -> Iterable[Outcome]:
    return case[joining.QUESTION].joined.values()


def _times(case: Case) -> Iterable[Change]:
    found, config = case[timing.QUESTION], case.scope.config
    collection = parse_duration(config.dcgm.collection_interval) / 1000
    if found.collection > 1.5 * collection:
        read = format_duration(round(found.collection) * 1000)
        yield "dcgm", "collection_interval", read, f"DCGM is read every {found.collection:.0f} s"
        collection = found.collection
    slower = max(found.scrape, found.collection, collection)
    rate = parse_duration(config.rules.rate_window) / 1000
    if rate < timing.LEAST_SAMPLES * found.scrape * 0.95 or rate < 8 * collection:
        yield "rules", "rate_window", timing.window_for(slower), f"readings are {slower:.0f} s apart"


def _written(matchers: Iterable[Matcher]) -> str:
    return ", ".join(f'{one.label.text}{one.op}"{one.value}"' for one in matchers)


def _yaml(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(yaml_scalar(one) for one in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {yaml_scalar(text)}" for key, text in value.items()) + "}"
    return yaml_scalar(value)
