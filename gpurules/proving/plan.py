"""Which cases are told for what is asked: every scenario in every variant that differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import gcd

from gpurules.proving.asked import Asked
from gpurules.proving.case import Case
from gpurules.rules.spec import RecordSpec
from gpurules.scenario.model import Labels, World, absent_value, labels_of
from gpurules.scenario.moments import at_evaluations, for_window
from gpurules.scenario.promtool import Check, Part, RuleTest, joint_test
from gpurules.scenario.scenarios.registry import world
from gpurules.scenario.spelling import spelt
from gpurules.scenario.target import Sample
from gpurules.scenario.told import told

LONGEST_STEP = 300
"""Seconds: checkpoints stay on a common multiple of evaluations and collections as long as it is no longer."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way in which all stories are told: whether guests' labels are honored, and the turn of the spelling."""

    honored: bool
    turn: int


def variants(what: Asked) -> tuple[Variant, ...]:
    """Every way of scraping with every spelling."""
    return tuple(Variant(honored, turn) for honored in what.honored for turn in range(what.spelling.turns))


def variant_name(variant: Variant, what: Asked) -> str:
    """In words for a file name; empty where there is one variant only."""
    words = []
    if len(what.honored) > 1:
        words.append("honored" if variant.honored else "relabelled")
    if what.spelling.turns > 1:
        words.append(f"names{variant.turn + 1}")
    return "-".join(words)


def cases(what: Asked, scenario: str, specs: Sequence[RecordSpec]) -> Iterator[Case]:
    """The cases of a scenario, without those that repeat another one."""
    seen: list[RuleTest] = []
    for variant in variants(what):
        test = test_of(what, scenario, variant, specs)
        if not any(test.series == other.series and test.checks == other.checks for other in seen):
            seen.append(test)
            yield Case(scenario, variant_name(variant, what), test)


def test_of(what: Asked, scenario: str, variant: Variant, specs: Sequence[RecordSpec]) -> RuleTest:
    """The test of one scenario in one variant."""
    parts = tuple(
        Part(world_of(what, scenario, variant, position), _cluster_labels(what, position))
        for position in range(len(what.clusters))
    )
    test = joint_test(parts, specs, variant.honored, what.rules)
    if what.offset:
        # What is recorded of the last moment is written so much later.
        end = max(check.moment for check in test.checks) + what.offset
        test = replace(test, checks=(*test.checks, Check(end, "vector(0)", (Sample((), 0),))))
    return test


def world_of(what: Asked, scenario: str, variant: Variant, position: int) -> World:
    """The story as the cluster at ``position`` of the store lives it."""
    story = for_window(world(scenario, absent_value(what.release)), what.rules.window)
    story = at_evaluations(story, _step(what))
    story = spelt(told(story, what.ways, what.release, what.kube_state, what.fields), what.spelling, variant.turn)
    cluster = replace(
        story.cluster,
        machines=tuple(
            replace(machine, described=_described(what.described, number))
            for number, machine in enumerate(story.cluster.machines)
        ),
        relabelling=what.relabelling,
        resource=what.resource,
        collection=what.collection,
    )
    return replace(story, cluster=cluster)


def _step(what: Asked) -> int:
    """What checkpoints are multiples of: evaluations, and readings of the exporter where the two come together."""
    collection = int(what.collection) or 1
    both = what.evaluation * collection // gcd(what.evaluation, collection)
    return both if both <= LONGEST_STEP else what.evaluation


def _described(labels: Sequence[str], number: int) -> Labels:
    return labels_of({label: f"{label}-{number}" for label in labels})


def _cluster_labels(what: Asked, position: int) -> Labels:
    return ((what.cluster_label, what.clusters[position]),) if what.cluster_label else ()
