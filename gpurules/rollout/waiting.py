"""After the rules are written: until the operator has accepted them, and until Prometheus evaluates them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gpurules.cluster.changes import send
from gpurules.cluster.client import Client
from gpurules.cluster.fault import ClusterFault
from gpurules.cluster.prometheus.answer import LoadedRule
from gpurules.cluster.prometheus.fault import PrometheusFault
from gpurules.rollout.checks import unreachable
from gpurules.rollout.wanted import Wanted
from gpurules.text.errors import CheckFailed, EnvironmentFault, Problem

FIRST_WORD = 10.0
"""Seconds after which an operator that has said nothing is taken for one that never does."""
PAUSE = 0.5

ReadRules = Callable[[], Awaitable[Sequence[LoadedRule]]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an object's status says: whether all who load it have ``accepted`` this generation (None: not yet, or it
    says nothing), who they are, and what they ``complain``."""

    accepted: bool | None
    reported: bool
    workloads: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()


def verdict(body: Mapping[str, Any]) -> Verdict:
    """The verdict of the status of ``body`` (prometheus-operator: status.bindings[].conditions[])."""
    generation = _get(body, "metadata", "generation")
    bindings = _get(body, "status", "bindings")
    if not isinstance(bindings, list) or not bindings:
        return Verdict(None, False)
    workloads: list[str] = []
    complaints: list[str] = []
    states: list[bool | None] = []
    for binding in bindings:
        name = "/".join(str(_get(binding, key) or "") for key in ("namespace", "name"))
        workloads.append(f"{_get(binding, 'resource') or ''} {name}".strip())
        conditions = _get(binding, "conditions")
        for condition in conditions if isinstance(conditions, list) else ():
            if _get(condition, "type") != "Accepted":
                continue
            seen = _get(condition, "observedGeneration")
            if isinstance(seen, int) and isinstance(generation, int) and seen < generation:
                states.append(None)
                continue
            states.append(_get(condition, "status") == "True")
            if not states[-1]:
                why = _get(condition, "message") or _get(condition, "reason") or "it does not say why"
                complaints.append(f"{workloads[-1]}: {why}")
    if False in states:
        return Verdict(False, True, tuple(workloads), tuple(complaints))
    return Verdict(True if states and None not in states else None, True, tuple(workloads))


async def until_accepted(client: Client, objects: Sequence[Wanted], patience: float) -> list[str]:
    """Waits for the operator's word on each object; sentences on what it said, or that it says nothing.

    Raises CheckFailed where it has not accepted one, or not within ``patience`` seconds; EnvironmentFault where the API
    server cannot be asked.
    """
    started = time.monotonic()
    said: list[str] = []
    for one in objects:
        while True:
            try:
                found = verdict(await send(client, "GET", one.path))
            except ClusterFault as fault:
                raise EnvironmentFault(unreachable(fault)) from None
            waited = time.monotonic() - started
            if found.accepted is False:
                raise CheckFailed([Problem(f"{one} is not accepted: {each}") for each in found.complaints])
            if found.accepted:
                said.append(f"{one} is accepted by {', '.join(found.workloads)}")
                break
            if not found.reported and waited >= min(FIRST_WORD, patience):
                said.append(
                    f"the operator reports no status of {one}, so whether it is loaded is not known; --prometheus asks "
                    "the Prometheus itself"
                )
                break
            if waited >= patience:
                raise CheckFailed(Problem(f"{one} is not accepted after {patience:g} s", advice="see its status"))
            await asyncio.sleep(PAUSE)
    return said


async def until_loaded(read: ReadRules, groups: Mapping[str, frozenset[str]], patience: float) -> str:
    """Waits until Prometheus has evaluated the rules of ``groups`` (name -> records), all of them without an error.

    Raises CheckFailed where that is not so after ``patience`` seconds, with the errors of rules; PrometheusFault where
    it cannot be asked by then.
    """
    started = time.monotonic()
    while True:
        try:
            waiting, errors = loaded(await read(), groups)
            failure = None
        except PrometheusFault as fault:
            waiting, errors, failure = ["it cannot be asked"], [], fault
        if not waiting and not errors:
            count = sum(len(records) for records in groups.values())
            return f"Prometheus evaluates {count} rules, all without an error"
        if time.monotonic() - started >= patience:
            break
        await asyncio.sleep(PAUSE)
    if failure is not None:
        raise failure
    late = [Problem(f"Prometheus, after {patience:g} s: {each}") for each in waiting[:20]]
    raise CheckFailed([*(Problem(f"Prometheus: rule {each}") for each in errors[:20]), *late])


def loaded(rules: Iterable[LoadedRule], groups: Mapping[str, frozenset[str]]) -> tuple[list[str], list[str]]:
    """What is still missing, and the errors of rules, by what Prometheus has loaded."""
    seen: dict[str, dict[str, LoadedRule]] = {}
    for rule in rules:
        seen.setdefault(rule.group, {})[rule.record] = rule
    waiting, errors = [], []
    for name, records in groups.items():
        if name not in seen:
            waiting.append(f"group {name} is not loaded")
            continue
        for record in sorted(records):
            found = seen[name].get(record)
            if found is None:
                waiting.append(f"{record} is not loaded")
            elif found.health == "err":
                errors.append(f"{record}: {found.last_error or 'it fails'}")
            elif found.health != "ok":
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
