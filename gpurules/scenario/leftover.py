"""A second generation of records, left over from before a restart of Prometheus.

A rule group remembers the series that it wrote in memory only: after a restart, what a record no longer produces is
never marked stale and stays visible for the lookback beside what it produces now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gpurules.rules.spec import RecordSpec
from gpurules.scenario.booking import DEFAULT, RulesFor
from gpurules.scenario.expect import expected
from gpurules.scenario.model import Labels, World, labels_of
from gpurules.scenario.promtool import RuleTest
from gpurules.scenario.scrape import StoredSeries
from gpurules.scenario.views import Views

GONE_NODE = "worker-gone"
GONE_SUFFIX = "gone1"
DRIVERS = ("DCGM_FI_DRIVER_VERSION", "DCGM_FI_SYSTEM_DRIVER_VERSION")
FORMER_DRIVER = "535.54.03"
WITHOUT_PLACE = ("vmi_name:", "vmi_address:")
"""Records whose key holds neither node nor pod: their generation of before is of another node in any case."""
LAST_SEEN = 1
"""The scrape of their last sample: between two evaluations, so that none writes the same series at the same time."""


def with_leftovers(
    test: RuleTest, world: World, specs: Sequence[RecordSpec], guests_honor: bool, rules: RulesFor = DEFAULT
) -> RuleTest:
    """The test with one more series for each that a record shows in the steady state, as it was on another node and in
    another launcher pod; its last sample is from the start, so it is
    seen for the first five minutes."""
    calm = replace(world, transitions=(), stated={})
    return replace(
        test,
        name=f"{test.name}, with records left over",
        series=(*test.series, *leftovers(calm, specs, guests_honor, rules)),
    )


def leftovers(world: World, specs: Sequence[RecordSpec], guests_honor: bool, rules: RulesFor) -> Iterator[StoredSeries]:
    """One series for each of the first moment of interest."""
    views = Views(world, guests_honor, rules)
    for spec in specs:
        in_place = world.in_place and not spec.record.startswith(WITHOUT_PLACE)
        expectation = expected(views, spec, world.checkpoints[0])
        for sample in expectation.samples if expectation else ():
            older = outdated(sample.labels, spec)
            for old in {aged(sample.labels, in_place), older} - {sample.labels}:
                # What no rule ever records here is known before anything else is.
                first = 0 if old == older or in_place != world.in_place else LAST_SEEN
                yield StoredSeries(old, dict.fromkeys((first, LAST_SEEN), sample.value))


def outdated(labels: Labels, spec: RecordSpec) -> Labels:
    """The labels that a device's series had before the driver was changed; the same for other records."""
    if spec.role != "device":
        return labels
    return labels_of({name: FORMER_DRIVER if name in DRIVERS else text for name, text in labels})


def aged(labels: Labels, in_place: bool = False) -> Labels:
    """The labels that the series had in the VM's launcher pod before; the same where neither pod nor node is named."""
    pairs = dict(labels)
    if "node" in pairs and not in_place:
        pairs["node"] = GONE_NODE
    if "pod" in pairs:
        pairs["pod"] = pairs["pod"][:-5] + GONE_SUFFIX
    return labels_of(pairs)
