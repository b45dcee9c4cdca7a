"""Which rules stand in which group.

Prometheus evaluates the rules of one group in turn and different groups at different moments. A record that is read in
its own group is read in the evaluation that wrote it; from another group the reader finds what the writer last wrote,
up to one interval ago. So one group is exact, and several are what a ruler can spread: the identity first, then one for
each subsystem with everything that is computed from its fields, then the levels above the VM.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gpurules.promql.syntax.tree import Expression, VectorSelector, walk
from gpurules.rules.group import RecordingRule, RuleGroup

GROUP = "gpurules"
IDENTITY = "identity"

MOST_IN_ONE = 200
"""Rules up to which one group is chosen where the user leaves it open: with 2,000 GPUs they take a few seconds."""
USUAL_SIZE = 60
"""Rules of one group, where there are several: no more than the default set."""

_IDENTITY_ROLES = ("info", "gpu_count", "placement")


class GroupPolicy(NamedTuple):
    """``kind``: ``single``, ``subsystem``, or ``auto``: one group as long as that is short. ``size``: most rules of a
    group where there are several; 0: as usual."""

    kind: str = "auto"
    size: int = 0


def grouped(
    rules: Sequence[RecordingRule], subsystems: Mapping[str, str], policy: GroupPolicy, interval: str
) -> tuple[RuleGroup, ...]:
    """``rules``, which are in order of evaluation, in groups; ``subsystems`` by field name.

    What one field becomes stays in one group, in order, unless that alone is more than a group may hold.
    """
    if policy.kind == "single" or (policy.kind == "auto" and len(rules) <= MOST_IN_ONE):
        return (RuleGroup(GROUP, tuple(rules), interval),)
    size = policy.size or USUAL_SIZE
    sections: dict[str, list[RecordingRule]] = {IDENTITY: []}
    for rule in rules:
        sections.setdefault(_section(rule, subsystems), []).append(rule)
    return tuple(
        RuleGroup(name, chunk, interval)
        for section, members in sections.items()
        for name, chunk in _named(section, tuple(_packed(_units(members), size)))
    )


def _section(rule: RecordingRule, subsystems: Mapping[str, str]) -> str:
    spec = rule.spec
    if spec.level in ("identity", "health") or spec.role in _IDENTITY_ROLES:
        return IDENTITY
    if spec.role.startswith("fleet_"):
        return spec.level.removesuffix("_model")
    subsystem = next((subsystems[name] for name in spec.fields if name in subsystems), IDENTITY)
    # What the catalog files under identity describes devices; the group of that name holds the join.
    return "device" if subsystem == IDENTITY and spec.role == "field" else subsystem


def _named(
    section: str, chunks: tuple[tuple[RecordingRule, ...], ...]
) -> Iterator[tuple[str, tuple[RecordingRule, ...]]]:
    for position, chunk in enumerate(chunks, start=1):
        name = f"{GROUP}-{section.replace('_', '-')}"
        yield (f"{name}-{position}" if len(chunks) > 1 else name), chunk


def _units(rules: Sequence[RecordingRule]) -> list[list[RecordingRule]]:
    """``rules`` parted so that no part reads a record of another; each part in order."""
    writers: dict[str, int] = {}
    parts: dict[int, list[int]] = {}
    for position, rule in enumerate(rules):
        read = {writers[name] for name in records_read(rule.expression) if name in writers}
        if rule.spec.record in writers:
            read.add(writers[rule.spec.record])
        home = min(read, default=position)
        parts.setdefault(home, []).append(position)
        for other in read - {home}:
            parts[home].extend(parts.pop(other))
            writers.update({name: home for name, part in writers.items() if part == other})
        writers[rule.spec.record] = home
    return [[rules[position] for position in sorted(part)] for _, part in sorted(parts.items())]


def _packed(units: Iterable[list[RecordingRule]], size: int) -> Iterator[tuple[RecordingRule, ...]]:
    """Whole units in groups of at most ``size`` rules; a larger unit is cut in its order."""
    filling: list[RecordingRule] = []
    for unit in units:
        if filling and len(filling) + len(unit) > size:
            yield tuple(filling)
            filling = []
        filling += unit
        while len(filling) > size:
            yield tuple(filling[:size])
            filling = filling[size:]
    if filling:
        yield tuple(filling)


def records_read(expression: Expression) -> frozenset[str]:
    """The metric names that ``expression`` selects by name."""
    selectors = (node for node in walk(expression) if isinstance(node, VectorSelector))
    return frozenset(node.name.text for node in selectors if node.name is not None)
