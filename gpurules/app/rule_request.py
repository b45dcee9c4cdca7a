"""From a configuration and its sources to the request that the rules are built from."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gpurules.app.presets import levels_of
from gpurules.app.sources import Sources
from gpurules.config.model import Config
from gpurules.labels.schema import HonorLabels, LabelSchema
from gpurules.rules.choice import Choice
from gpurules.rules.paths import PATHS
from gpurules.rules.request import INSTANCE, NAME, NAMESPACE, NODE, POD, UUID, Request
from gpurules.rules.selectors import parse_matchers
from gpurules.text.duration import parse_duration
from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean

_INFO = "kubevirt_vmi_info"
_TAKEN = (NAMESPACE, NAME, NODE, POD, UUID, INSTANCE, "gpu", "vmi_pod", "phase")


def rule_request(config: Config, sources: Sources, choice: Choice, schema: LabelSchema) -> Request:
    """The request. Raises InputError with everything that the release or the schema cannot serve."""
    problems = [*_unserved_paths(config, sources, schema), *_bad_copies(config, sources, schema)]
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
        gpu_resources=tuple(_as_exposed(name) for name in config.kubevirt.gpu_resources),
    )


def _as_exposed(resource: str) -> str:
    """A resource name as kube-state-metrics spells it: every character that a label name cannot have becomes ``_``."""
    return re.sub(r"[^a-zA-Z0-9_]", "_", resource)


def _unserved_paths(config: Config, sources: Sources, schema: LabelSchema) -> Iterable[Problem]:
    info = schema.type_of(_INFO)
    known = info.possible if info else frozenset[str]()
    advice = "use KubeVirt v1.5 or newer"
    for name in config.rules.paths:
        path = PATHS.get(name)
        if path is None:
            known_paths = did_you_mean(name, PATHS) or f"known paths: {', '.join(PATHS)}"
            yield Problem(f"there is no collection path {name}", advice=known_paths)
        elif info is None:
            advice = "use KubeVirt v1.5 or newer"
            yield Problem(
                f"path {name} joins on {_INFO}, which KubeVirt {sources.kubevirt} does not have", advice=advice
            )
        elif path.needs not in known:
            message = (
                f"path {name} needs the label {path.needs} of {_INFO}, which KubeVirt {sources.kubevirt} does not have"
            )
            yield Problem(message, advice="use KubeVirt v1.5 or newer")


def _bad_copies(config: Config, sources: Sources, schema: LabelSchema) -> Iterable[Problem]:
    info = schema.type_of(_INFO)
    known = sorted((info.possible if info else frozenset[str]()) - {*_TAKEN, config.rules.cluster_label})
    for label in config.kubevirt.copy_labels:
        if label in _TAKEN:
            yield Problem(f"label {label} cannot be copied from {_INFO}: the rules use that label themselves")
        elif label not in known:
            message = f"{_INFO} has no label {label} in KubeVirt {sources.kubevirt}"
            yield Problem(message, advice=did_you_mean(label, known) or f"it has {', '.join(known)}")
