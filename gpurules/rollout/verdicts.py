"""What the operators write into the status of rule objects, and what it means: pure functions on API objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gpurules.rollout.answers import at, objects

APPLIED = ".vmalert.victoriametrics.com/Applied"
"""How the type of a VMRule's condition ends; what stands before is name and namespace of the VMAlert."""
SILENT = "it does not say why"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an object's status says: whether all who load it have ``accepted`` this generation (None: not yet, or it
    says nothing), who they are, and what they ``complain``."""

    accepted: bool | None
    reported: bool
    workloads: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Word:
    """What one who loads the object says of it; None: of an older generation, or not yet."""

    workload: str
    accepted: bool | None
    why: str = ""


def verdict(kind: str, body: Mapping[str, Any]) -> Verdict:
    """The verdict of the status of an object of ``kind``."""
    words = _WORDS[kind](body)
    workloads = tuple(dict.fromkeys(word.workload for word in words))
    complaints = tuple(f"{word.workload}: {word.why or SILENT}" for word in words if word.accepted is False)
    if complaints:
        return Verdict(False, True, workloads, complaints)
    return Verdict(True if words and all(word.accepted for word in words) else None, bool(words), workloads)


def _of_prometheus_rule(body: Mapping[str, Any]) -> list[_Word]:
    """prometheus-operator: status.bindings[].conditions[] of type Accepted."""
    words = []
    for binding in objects(at(body, "status", "bindings")):
        name = "/".join(str(at(binding, key) or "") for key in ("namespace", "name"))
        workload = f"{at(binding, 'resource') or ''} {name}".strip()
        said = [each for each in objects(at(binding, "conditions")) if at(each, "type") == "Accepted"]
        words += [_word(workload, each, body) for each in said] or [_Word(workload, None)]
    return words


def _of_vm_rule(body: Mapping[str, Any]) -> list[_Word]:
    """The VictoriaMetrics operator: status.conditions[] of each VMAlert; releases before 0.51 have updateStatus and
    reason alone (api/operator/v1beta1, reconcile/status.go)."""
    words = []
    for each in objects(at(body, "status", "conditions")):
        kind = str(at(each, "type") or "")
        if kind.endswith(APPLIED):
            name, _, namespace = kind.removesuffix(APPLIED).rpartition(".")
            words.append(_word(f"vmalerts {namespace}/{name}", each, body))
    if words:
        return words
    match at(body, "status", "updateStatus"):
        case "operational" | "failed" as state:
            seen = {"observedGeneration": at(body, "status", "observedGeneration")}
            status = "True" if state == "operational" else "False"
            return [_word("the operator", {**seen, "status": status, "reason": at(body, "status", "reason")}, body)]
        case str():
            return [_Word("the operator", None)]
    return []


_WORDS: Mapping[str, Callable[[Mapping[str, Any]], list[_Word]]] = {
    "PrometheusRule": _of_prometheus_rule,
    "VMRule": _of_vm_rule,
}


def _word(workload: str, condition: Any, body: Mapping[str, Any]) -> _Word:
    seen, generation = at(condition, "observedGeneration"), at(body, "metadata", "generation")
    if isinstance(seen, int) and isinstance(generation, int) and seen < generation:
        return _Word(workload, None)
    why = at(condition, "message") or at(condition, "reason") or ""
    return _Word(workload, at(condition, "status") == "True", str(why))
