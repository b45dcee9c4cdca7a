"""After the rules are written: until Prometheus evaluates them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Any

from gpurules.cluster.fault import ClusterFault
from gpurules.cluster.rules_api import ReadRules
from gpurules.rollout.wanted import Wanted
from gpurules.text.errors import CheckFailed, EnvironmentFault, Problem

PAUSE = 0.5


async def until_loaded(read: ReadRules, groups: Mapping[str, frozenset[str]], patience: float) -> str:
    """Waits until Prometheus has evaluated the rules of ``groups`` (name -> records), all of them without an error.

    Raises CheckFailed where that is not so after ``patience`` seconds, with the errors of rules; EnvironmentFault where
    Prometheus cannot be asked by then.
    """
    started = time.monotonic()
    while True:
        try:
            waiting, errors = loaded(await read(), groups)
            failure = None
        except ClusterFault as fault:
            waiting, errors, failure = ["it cannot be asked"], [], fault
        if not waiting and not errors:
            count = sum(len(records) for records in groups.values())
            return f"Prometheus evaluates {count} rules, all without an error"
        if time.monotonic() - started >= patience:
            break
        await asyncio.sleep(PAUSE)
    if failure is not None:
        raise EnvironmentFault(Problem(f"Prometheus cannot be asked: {failure.detail}", advice="see --prometheus"))
    late = [Problem(f"Prometheus, after {patience:g} s: {each}") for each in waiting[:20]]
    raise CheckFailed([*(Problem(f"Prometheus: rule {each}") for each in errors[:20]), *late])


def loaded(answer: Mapping[str, Any], groups: Mapping[str, frozenset[str]]) -> tuple[list[str], list[str]]:
    """What is still missing, and the errors of rules, by the answer of /api/v1/rules."""
    seen: dict[str, dict[str, Mapping[str, Any]]] = {}
    for group in _list(_get(answer, "data", "groups")):
        rules = seen.setdefault(str(_get(group, "name")), {})
        rules.update({str(_get(rule, "name")): rule for rule in _list(_get(group, "rules"))})
    waiting, errors = [], []
    for name, records in groups.items():
        if name not in seen:
            waiting.append(f"group {name} is not loaded")
            continue
        for record in sorted(records):
            rule = seen[name].get(record)
            if rule is None:
                waiting.append(f"{record} is not loaded")
            elif _get(rule, "health") == "err":
                errors.append(f"{record}: {_get(rule, 'lastError') or 'it fails'}")
            elif _get(rule, "health") != "ok":
                waiting.append(f"{record} is not evaluated yet")
    return waiting, errors


def rule_groups(objects: Iterable[Wanted]) -> dict[str, frozenset[str]]:
    """Group -> records of rule objects."""
    found: dict[str, frozenset[str]] = {}
    for one in objects:
        for group in one.body["spec"]["groups"]:
            records = frozenset(rule["record"] for rule in group["rules"] if "record" in rule)
            found[group["name"]] = found.get(group["name"], frozenset()) | records
    return found


def _get(holder: Any, *keys: str) -> Any:
    for key in keys:
        holder = holder.get(key) if isinstance(holder, dict) else None
    return holder


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
