"""After the rules are written: until Prometheus evaluates them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from gpurules.cluster.prometheus.answer import LoadedRule
from gpurules.cluster.prometheus.fault import PrometheusFault
from gpurules.rollout.wanted import Wanted
from gpurules.text.errors import CheckFailed, Problem

PAUSE = 0.5

ReadRules = Callable[[], Awaitable[Sequence[LoadedRule]]]


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
