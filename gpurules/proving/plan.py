"""Which cases are told for what is asked: every scenario in every variant that differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import gcd

from gpurules.proving.asked import Asked
from gpurules.proving.case import Case
from gpurules.rules.spec import RecordSpec
from gpurules.scenario.changed import scattered, with_clusters
from gpurules.scenario.events import SETTLING
from gpurules.scenario.model import Cluster, Labels, Transition, World, absent_value, labels_of
from gpurules.scenario.moments import at_evaluations, for_window, lagging
from gpurules.scenario.old_labels import without_old_uuid
from gpurules.scenario.promtool import Check, RuleTest, rule_test
from gpurules.scenario.quantities import DEFAULT_FIELDS
from gpurules.scenario.readings import with_readings
from gpurules.scenario.scenarios.registry import world
from gpurules.scenario.scrape import LOOKBACK
from gpurules.scenario.seed import elsewhere, seeded
from gpurules.scenario.spelling import spelt
from gpurules.scenario.target import Sample
from gpurules.scenario.told import told

LONGEST_STEP = 300
"""Seconds: checkpoints stay on a common multiple of evaluations and collections as long as it is no longer."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way in which all stories are told: whether guests' labels are honored, the turn of the spelling, and whether
    each VM is on nodes of its own."""

    honored: bool
    turn: int
    apart: bool = False


def variants(what: Asked) -> tuple[Variant, ...]:
    """Every way of scraping with every spelling; where VMs are known by their node alone, also with no two on one."""
    layouts = (False, True) if "node" in what.rules.sources else (False,)
    turns = range(what.spelling.turns)
    return tuple(Variant(honored, turn, apart) for apart in layouts for honored in what.honored for turn in turns)


def variant_name(variant: Variant, what: Asked) -> str:
    """In words for a file name; empty where there is one variant only."""
    words = []
    if len(what.honored) > 1:
        words.append("honored" if variant.honored else "relabelled")
    if what.spelling.turns > 1:
        words.append(f"names{variant.turn + 1}")
    if variant.apart:
        words.append("apart")
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
    story = world_of(what, scenario, variant)
    test = rule_test(story, specs, variant.honored, what.rules)
    if not what.old_uuid:
        test = without_old_uuid(test, story)
    if what.offset:
        # What is recorded of the last moment is written so much later.
        end = max(check.moment for check in test.checks) + what.offset
        test = replace(test, checks=(*test.checks, Check(end, "vector(0)", (Sample((), 0),))))
    return test


def world_of(what: Asked, scenario: str, variant: Variant) -> World:
    """The story as the clusters of the store live it: where there may be several and it tells of one, a second lives
    the same at the same time, with the same names, on other nodes."""
    story = seeded(world(scenario, absent_value(what.release)), what.seed)
    if variant.apart:
        story = with_clusters(story, scattered)
    story = for_window(story, what.rules.window)
    if "node" in what.rules.sources and len(what.rules.paths) > 1:
        story = _remembered(story, what.rules.window)
    if what.lag:
        story = lagging(replace(story, checkpoints=(*story.checkpoints, story.end + what.lag)), what.lag)
    story = at_evaluations(story, _step(what))
    if what.rules.cluster_label and not story.others:
        story = replace(story, others={"elsewhere": elsewhere(story.cluster, what.seed + 1)})
    fields = fields_of(what, scenario)
    story = with_readings(told(story, what.ways, what.release, what.kube_state, fields), fields)
    story = spelt(story, what.spelling, variant.turn)

    def scraped(cluster: Cluster) -> Cluster:
        return replace(
            cluster,
            machines=tuple(
                replace(machine, described=_described(what.described, number))
                for number, machine in enumerate(cluster.machines)
            ),
            relabelling=what.relabelling,
            resource=what.resource,
            collection=what.collection,
        )

    return with_clusters(story, scraped)


def _remembered(story: World, window: int) -> World:
    """The story where a node is a sender for a rate window after the last trace of a VM that left it while Prometheus
    was down: another VM there may be known by its node meanwhile, though it sends in another way."""
    changes = (
        Transition(outage.start, senders=outage.start + LOOKBACK + window + SETTLING)
        for outage in story.cluster.outages
    )
    return replace(story, transitions=(*story.transitions, *changes))


MOST_FIELDS = 60
WITH_ALL_FIELDS = ("steady", "mig")
"""The stories that tell every field, however many there are; the others tell some of them where they are more."""


def fields_of(what: Asked, scenario: str) -> tuple[str, ...]:
    """The fields that guests send in a scenario: all, or the default counters first."""
    if scenario in WITH_ALL_FIELDS or len(what.fields) <= MOST_FIELDS:
        return what.fields
    return tuple(sorted(what.fields, key=lambda name: name not in DEFAULT_FIELDS)[:MOST_FIELDS])


def _step(what: Asked) -> int:
    """What checkpoints are multiples of: evaluations, and readings of the exporter where the two come together."""
    collection = int(what.collection) or 1
    both = what.rules.evaluation * collection // gcd(what.rules.evaluation, collection)
    return both if both <= LONGEST_STEP else what.rules.evaluation


def _described(labels: Sequence[str], number: int) -> Labels:
    return labels_of({label: f"{label}-{number}" for label in labels})
