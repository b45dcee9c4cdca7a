"""From a configuration and its sources to the request that the rules are built from."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gpurules.app.presets import levels_of
from gpurules.app.sources import Sources as Inputs
from gpurules.config.model import Config
from gpurules.labels import kubevirt
from gpurules.labels.schema import HonorLabels, LabelSchema
from gpurules.rules.choice import Choice
from gpurules.rules.identities.vms import INFO_METRIC
from gpurules.rules.label_names import INSTANCE, NAME, NAMESPACE, NODE, POD, UUID
from gpurules.rules.names import record_name
from gpurules.rules.paths.choose import LabelsOf, Sources, Unserved, choose_sources, serves
from gpurules.rules.paths.path import Scrape
from gpurules.rules.paths.registry import PATHS
from gpurules.rules.request import Request
from gpurules.rules.selectors import parse_matchers
from gpurules.text.duration import parse_duration
from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean

_INFO = INFO_METRIC
_DEVICE_LABELS = (UUID, INSTANCE, "gpu", "uuid", POD)
_TAKEN = (NAMESPACE, NAME, NODE, POD, UUID, INSTANCE, "gpu", "vmi_pod", "phase")


def rule_request(config: Config, sources: Inputs, choice: Choice, schema: LabelSchema) -> Request:
    """The request. Raises InputError with everything that the release or the schema cannot serve."""
    problems = [*_unknown_paths(config), *_bad_copies(config, sources, schema), *_unmet_settings(config)]
    series = Sources((), (), ())
    if not problems:
        series = path_sources(config, schema)
        problems = list(_unserved_paths(series.unserved, sources))
    if problems:
        raise InputError(problems)
    return Request(
        fields=choice.fields,
        label_rows=choice.label_rows,
        dcgm=parse_matchers(config.dcgm.selector, "--dcgm-selector"),
        info=parse_matchers(config.kubevirt.info_selector, "--info-selector"),
        kube_state=parse_matchers(config.kubevirt.kube_state_selector, "--kube-state-selector"),
        cluster=(config.rules.cluster_label,) if config.rules.cluster_label else (),
        copied=config.kubevirt.copy_labels,
        rate_window=parse_duration(config.rules.rate_window),
        interval=config.rules.interval,
        levels=levels_of(config),
        contestable=HonorLabels(config.dcgm.honor_labels) is not HonorLabels.FALSE,
        gpu_resources=tuple(as_exposed(name) for name in config.kubevirt.gpu_resources),
        sources=series.chosen,
        recorded=config.rules.identity == "record",
        observer=parse_matchers(config.kubevirt.observer_selector, "--observer-selector"),
        old_uuid=config.dcgm.use_old_namespace,
    )


def path_sources(config: Config, schema: LabelSchema) -> Sources:
    """What is read for the paths of ``config``, all of which must be known."""
    scrapes = {
        name: Scrape(
            HonorLabels(config.dcgm.honor_labels),
            config.dcgm.vm_namespace_label,
            config.dcgm.vm_name_label,
            parse_matchers(config.dcgm.path_selectors.get(name, ""), f"--path-selector {name}"),
        )
        for name in config.rules.paths
    }
    return choose_sources(config.rules.paths, scrapes, _labels_in(schema))


def path_notes(config: Config, sources: Inputs, schema: LabelSchema) -> list[str]:
    """What a reader of the rules must know of the paths, one sentence each."""
    chosen = path_sources(config, schema)
    notes = [PATHS[name].note for name in config.rules.paths if PATHS[name].note]
    if any(source.hosts for source in chosen.chosen):
        notes.append(f"{record_name('cluster', 'mapped', 'count')} says how many launcher pods exporters on nodes map")
    for gap in chosen.spared:
        metric = _missing(gap)
        notes.append(f"path {gap.path} reads no {metric}, which KubeVirt {sources.kubevirt} does not have")
    if any("pod-owner" in source.identities for source in chosen.chosen):
        notes.append(
            f"KubeVirt {sources.kubevirt} names no launcher pod: kube_pod_owner, kube_pod_status_phase and "
            "kube_pod_info of kube-state-metrics must be in the same Prometheus"
        )
    return notes


def _labels_in(schema: LabelSchema) -> LabelsOf:
    def labels_of(metric: str) -> frozenset[str] | None:
        known = schema.type_of(metric)
        return None if known is None else known.possible

    return labels_of


def as_exposed(resource: str) -> str:
    """A resource name as kube-state-metrics spells it: every character that a label name cannot have becomes ``_``."""
    return re.sub(r"[^a-zA-Z0-9_]", "_", resource)


def _unknown_paths(config: Config) -> Iterable[Problem]:
    for name in (*config.rules.paths, *config.dcgm.path_selectors):
        if name not in PATHS:
            advice = did_you_mean(name, PATHS) or f"known paths: {', '.join(PATHS)}"
            yield Problem(f"there is no collection path {name}", advice=advice)
    for name in config.dcgm.path_selectors:
        if name in PATHS and name not in config.rules.paths:
            yield Problem(f"--path-selector {name}: that path is not chosen", advice=f"add --path {name}")


def _unmet_settings(config: Config) -> Iterable[Problem]:
    above = [level for level in levels_of(config) if level not in ("vmi_gpu", "vmi")]
    if above and config.rules.identity == "inline":
        message = f"the levels {', '.join(above)} read what other rules have recorded"
        yield Problem(message, advice="use --identity record, or name other levels, such as --level vmi")
    named = {"--vm-namespace-label": config.dcgm.vm_namespace_label, "--vm-name-label": config.dcgm.vm_name_label}
    taken = {"--vm-namespace-label": NAME, "--vm-name-label": NAMESPACE}
    for flag, label in named.items():
        if label in (*_DEVICE_LABELS, taken[flag], config.rules.cluster_label):
            yield Problem(f"{flag} {label}: that label says something else", advice="name the label that holds it")
    if len(set(named.values())) == 1:
        yield Problem("one label cannot hold both the namespace and the name of a VM", advice="see --vm-name-label")
    for name in config.rules.paths:
        if name in PATHS and "gpu_resources" in PATHS[name].needs and not config.kubevirt.gpu_resources:
            message = f"path {name} needs the resources that give a VM a GPU, to see that no other runs on the node"
            yield Problem(message, advice="name them, such as --gpu-resource nvidia.com/GA102GL_A10")


def _unserved_paths(unserved: Iterable[Unserved], sources: Inputs) -> Iterable[Problem]:
    release = sources.kubevirt
    for gap in unserved:
        first = next(name for name in kubevirt.releases() if serves(PATHS[gap.path], _labels_of_release(name)))
        here = [name for name, path in PATHS.items() if serves(path, _labels_of_release(release))]
        advice = f"use KubeVirt {first} or newer"
        if here:
            advice += f", or a path that kube-state-metrics' kube_pod_owner serves: {', '.join(here)}"
        yield Problem(f"path {gap.path} needs {_missing(gap)}, which KubeVirt {release} does not have", advice=advice)


def _missing(gap: Unserved) -> str:
    labels = " and ".join(gap.labels)
    return f"the label {labels} of {gap.metric}" if labels else gap.metric


def _labels_of_release(release: str) -> LabelsOf:
    known = {schema.metric: schema.type.possible for schema in kubevirt.schemas(release)}
    return known.get


def _bad_copies(config: Config, sources: Inputs, schema: LabelSchema) -> Iterable[Problem]:
    info = schema.type_of(_INFO)
    known = sorted((info.possible if info else frozenset[str]()) - {*_TAKEN, config.rules.cluster_label})
    for label in config.kubevirt.copy_labels:
        if label in _TAKEN:
            yield Problem(f"label {label} cannot be copied from {_INFO}: the rules use that label themselves")
        elif label not in known:
            message = f"{_INFO} has no label {label} in KubeVirt {sources.kubevirt}"
            yield Problem(message, advice=did_you_mean(label, known) or f"it has {', '.join(known)}")
