"""Targets whose labels satisfy the user's matchers, and which series of each source the rules then read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from gpurules.config.model import Config
from gpurules.rules.selectors import parse_matchers
from gpurules.scenario.booking import Matchers, RulesFor, matches
from gpurules.scenario.model import Labels, Relabelling, labels_of
from gpurules.text.errors import InputError, Problem

KINDS: Mapping[str, str] = {
    "pod-network": "guest",
    "vsock-sidecar": "sidecar",
    "vsock-exporter": "exporter",
    "host": "host",
    "remote": "remote",
    "single-vm-node": "reader",
}
"""The kind of the targets of each path."""

JOBS: Mapping[str, str] = {
    "controller": "kubevirt-prometheus-metrics",
    "observer": "virt-observability-controller-metrics",
    "kube-state": "kube-state-metrics",
    "host": "nvidia-dcgm-exporter",
    "exporter": "vsock-exporter",
    "reader": "vsock-readers",
}
"""The job of targets of each kind; those of the others have one each."""

_FIXED = frozenset({"namespace", "pod", "instance", "node", "exported_namespace", "exported_pod"})
"""Labels that say whose the series are, which no test can choose."""

_SIMPLER = (
    (r"\(\?:|\(|\)|\^|\$|\.\*", ""),
    (r"\[0-9\][+*]?|\\d[+*]?", "0"),
    (r"\[[^\]]*\][+*]?|\\w[+*]?|(?<!\\)\.\+?", "x"),
    (r"\\(.)", r"\1"),
)


def relabelling_of(config: Config) -> Relabelling:
    """Labels for the targets, so that the rules read them. Raises InputError where a matcher cannot be satisfied."""
    wanted: dict[str, Matchers] = {KINDS[path]: _matchers(config, path) for path in config.rules.paths}
    wanted["controller"] = _plain(config.kubevirt.info_selector, "--info-selector")
    wanted["observer"] = _plain(config.kubevirt.observer_selector, "--observer-selector")
    wanted["kube-state"] = _plain(config.kubevirt.kube_state_selector, "--kube-state-selector")
    fixed = _FIXED | {config.dcgm.vm_namespace_label, config.dcgm.vm_name_label}
    added = {kind: _satisfying(kind, matchers, fixed) for kind, matchers in wanted.items()}
    return Relabelling(
        config.dcgm.vm_namespace_label,
        config.dcgm.vm_name_label,
        {kind: labels for kind, labels in added.items() if labels},
    )


def accepted_by_source(config: Config) -> Mapping[str, tuple[Matchers, ...]]:
    """The user's matchers for the series of each source; no entry where all are read."""
    honor = config.dcgm.honor_labels
    found: dict[str, list[Matchers]] = {}
    for path in config.rules.paths:
        for source in RulesFor((path,), honor).sources:
            found.setdefault(source, []).append(_matchers(config, path))
    return {source: tuple(several) for source, several in found.items() if all(several)}


def _matchers(config: Config, path: str) -> Matchers:
    of_path = config.dcgm.path_selectors.get(path, "")
    return (*_plain(config.dcgm.selector, "--dcgm-selector"), *_plain(of_path, f"--path-selector {path}"))


def _plain(text: str, subject: str) -> Matchers:
    return tuple((one.label.text, one.op, one.value) for one in parse_matchers(text, subject))


def _satisfying(kind: str, matchers: Matchers, fixed: frozenset[str]) -> Labels:
    """Labels that a target of ``kind`` must get for all of ``matchers``."""
    job = JOBS.get(kind, "")
    added: dict[str, str] = {}
    for label in dict.fromkeys(label for label, _, _ in matchers):
        own = [matcher for matcher in matchers if matcher[0] == label]
        if label in fixed:
            if any(operator in ("=", "=~") and not _open(value) for _, operator, value in own):
                raise InputError(_unsatisfied(own, f"label {label} says whose the series are"))
            continue
        there = {"job": job} if label == "job" else {}
        if (label != "job" or job) and all(matches(there, *one) for one in own):
            continue
        value = next((value for value in _candidates(own) if all(matches({label: value}, *one) for one in own)), None)
        if value is None:
            raise InputError(_unsatisfied(own, "no value was found for it"))
        added[label] = value
    return labels_of(added)


def _open(pattern: str) -> bool:
    return pattern in (".*", ".+")


def _candidates(matchers: Iterable[tuple[str, str, str]]) -> Iterable[str]:
    for _, operator, value in matchers:
        if operator == "=":
            yield value
        elif operator == "=~":
            for alternative in value.strip("()^$").split("|"):
                simpler = alternative
                for pattern, replacement in _SIMPLER:
                    simpler = re.sub(pattern, replacement, simpler)
                yield from (simpler, f"{simpler}x")
    yield from ("gpurules", "x", "")


def _unsatisfied(matchers: Iterable[tuple[str, str, str]], reason: str) -> Problem:
    text = ", ".join(f'{label}{operator}"{value}"' for label, operator, value in matchers)
    return Problem(
        f"no series can be told that satisfies {text}: {reason}",
        advice="test with other matchers; gpurules test chooses labels of scrape targets",
    )
