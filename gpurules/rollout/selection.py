"""Which Prometheus (Thanos Ruler, vmalert) would load a rule object, by its selectors; pure functions on API objects.

Source: prometheus-operator's API (ruleSelector: null selects nothing, empty everything; ruleNamespaceSelector: null is
the object's own namespace, empty all), Kubernetes' label selectors, VictoriaMetrics operator's selectAllByDefault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Labels = Mapping[str, str]

BY_DEFAULT = ("VMAlert", "VMAgent")
"""Kinds with the field selectAllByDefault (VictoriaMetrics operator)."""


@dataclass(frozen=True, slots=True)
class Evaluator:
    """What evaluates rules: ``rules`` and ``namespaces`` are its selectors, None for null. ``agent``: it does not."""

    kind: str
    namespace: str
    name: str
    rules: Mapping[str, Any] | None
    namespaces: Mapping[str, Any] | None
    shards: int = 1
    agent: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"


def evaluator(kind: str, body: Any, of: str = "rule") -> Evaluator:
    """An API object of ``kind`` as far as rules go; what is not of the form it should have is left out.

    ``of``: how the names of the selectors begin, such as ``podMonitor`` for what the object scrapes.
    """
    metadata, spec = _mapping(body, "metadata") or {}, _mapping(body, "spec") or {}
    rules, namespaces = _mapping(spec, f"{of}Selector"), _mapping(spec, f"{of}NamespaceSelector")
    if kind in BY_DEFAULT and spec.get("selectAllByDefault") is True:
        rules, namespaces = rules if rules is not None else {}, namespaces if namespaces is not None else {}
    elif kind in BY_DEFAULT and rules is None and namespaces is not None:
        rules = {}
    shards = spec.get("shards")
    features = spec.get("enableFeatures")
    agent = kind == "PrometheusAgent" or (isinstance(features, list) and "agent" in features)
    return Evaluator(
        kind,
        str(metadata.get("namespace", "")),
        str(metadata.get("name", "")),
        rules,
        namespaces,
        shards if isinstance(shards, int) and not isinstance(shards, bool) else 1,
        agent,
    )


def selects_namespace(one: Evaluator, namespace: str, labels: Labels | None) -> bool | None:
    """Whether rules of ``namespace`` are looked at; None where its ``labels`` are not known and would decide."""
    if one.namespaces is None:
        return one.namespace == namespace
    if not _requirements(one.namespaces):
        return True
    return None if labels is None else matches(one.namespaces, labels)


def selects_rule(one: Evaluator, labels: Labels) -> bool:
    """Whether rule objects with ``labels`` are taken from the namespaces that are looked at."""
    return one.rules is not None and matches(one.rules, labels)


def matches(selector: Mapping[str, Any], labels: Labels) -> bool:
    """Whether a label selector takes ``labels``; an unknown operator takes nothing."""
    return all(_holds(*requirement, labels) for requirement in _requirements(selector))


def missing_labels(selector: Mapping[str, Any], labels: Labels) -> dict[str, str] | None:
    """The labels that must be added, or changed, for ``selector`` to match; None where adding labels does not do."""
    wanted: dict[str, str] = {}
    for key, operator, values in _requirements(selector):
        if _holds(key, operator, values, {**labels, **wanted}):
            continue
        if operator == "In" and values:
            wanted[key] = values[0]
        elif operator == "Exists":
            wanted[key] = "true"
        else:
            return None
    return wanted if matches(selector, {**labels, **wanted}) else None


def _requirements(selector: Mapping[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
    found: list[tuple[str, str, tuple[str, ...]]]
    found = [(str(key), "In", (str(value),)) for key, value in (_mapping(selector, "matchLabels") or {}).items()]
    expressions = selector.get("matchExpressions")
    for each in expressions if isinstance(expressions, list) else ():
        values = each.get("values") or [] if isinstance(each, dict) else []
        if isinstance(each, dict):
            found.append((str(each.get("key")), str(each.get("operator")), tuple(str(value) for value in values)))
    return found


def _holds(key: str, operator: str, values: tuple[str, ...], labels: Labels) -> bool:
    match operator:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return key not in labels or labels[key] not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False


def _mapping(holder: Any, key: str) -> Mapping[str, Any] | None:
    value = holder.get(key) if isinstance(holder, dict) else None
    return value if isinstance(value, dict) else None
