"""What would scrape the guests: the objects of the operators, and whether they take a monitor that is set up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gpurules.rollout.selection import Evaluator, evaluator, missing_labels, selects_namespace, selects_rule

SOURCES: Mapping[str, str] = {
    "Prometheus": "/apis/monitoring.coreos.com/v1/prometheuses",
    "PrometheusAgent": "/apis/monitoring.coreos.com/v1alpha1/prometheusagents",
    "VMAgent": "/apis/operator.victoriametrics.com/v1beta1/vmagents",
}
"""Kinds of objects that scrape -> where they are listed."""

MONITORS: Mapping[str, str] = {"host": "serviceMonitor", "remote": "scrapeConfig"}
MONITOR = "podMonitor"
"""How the selectors of a Prometheus object begin, by path, and on every other path."""
SCRAPES: Mapping[str, str] = {"serviceMonitor": "serviceScrape", "podMonitor": "podScrape"}
"""The same of a VMAgent, for what the VictoriaMetrics operator makes of monitors."""
POD_LABELS: Mapping[str, tuple[tuple[str, str], ...]] = {"VMAgent": (("app.kubernetes.io/name", "vmagent"),)}
"""The labels of an object's pods, where they are not those of a Prometheus (VictoriaMetrics operator, VMAgent)."""


@dataclass(frozen=True, slots=True)
class Scrapers:
    """``names``: what is there. Of the only one: the labels that a monitor needs, its namespace, and its pods' labels;
    ``sentences`` on what stands in a monitor's way."""

    names: tuple[str, ...] = ()
    monitor_labels: tuple[tuple[str, str], ...] = ()
    namespace: str = ""
    pod_labels: tuple[tuple[str, str], ...] = ()
    sentences: tuple[str, ...] = ()


def scrapers(
    found: Sequence[tuple[str, Any]],
    path: str,
    namespace: str,
    namespace_labels: Mapping[str, str] | None,
    given: Sequence[tuple[str, str]],
) -> Scrapers:
    """What ``found`` (kind and API object) means for the monitors of ``path`` in ``namespace`` that carry the labels
    ``given``; with none given, those that the only one needs are proposed."""
    prefix = MONITORS.get(path, MONITOR)
    readers = [
        evaluator(kind, body, of=SCRAPES.get(prefix, prefix) if kind == "VMAgent" else prefix) for kind, body in found
    ]
    names = tuple(sorted(_name(one) for one in readers))
    if len(readers) != 1:
        return Scrapers(names)
    (one,) = readers
    monitor = f"{prefix[0].upper()}{prefix[1:]}"
    sentences = list(_of_namespace(one, monitor, namespace, namespace_labels)) if one.rules is not None else []
    labels = dict(given)
    if one.rules is None:
        advice = f"set spec.{prefix}Selector in it" if one.kind != "VMAgent" else "set selectAllByDefault in it"
        sentences.append(f"{one} selects no {monitor} at all: {advice}")
    elif not given:
        added = missing_labels(one.rules, {})
        if added is None:
            sentences.append(f"{one} has a {prefix}Selector that no added label satisfies")
        labels = added or {}
    elif not selects_rule(one, labels):
        sentences.append(f"{one} selects {monitor}s by other labels than you say")
    return Scrapers(names, tuple(sorted(labels.items())), one.namespace, POD_LABELS.get(one.kind, ()), tuple(sentences))


def _of_namespace(one: Evaluator, monitor: str, namespace: str, labels: Mapping[str, str] | None) -> list[str]:
    if selects_namespace(one, namespace, labels) is not False:
        return []
    if one.namespaces is None:
        return [f"{one} looks for {monitor}s in its own namespace alone: use --namespace {one.namespace}"]
    added = missing_labels(one.namespaces, labels or {})
    how = " ".join(f"{key}={value}" for key, value in sorted((added or {}).items()))
    does = f"kubectl label namespace {namespace} {how}" if how else "use another --namespace"
    return [f"{one} does not look for {monitor}s in namespace {namespace}: {does}"]


def _name(one: Evaluator) -> str:
    return f"{one.namespace}/{one.name}" if one.kind == "Prometheus" else str(one)
