"""What rules show of exporters that run with --use-old-namespace, where they were not told of it: all but the UUID."""

from __future__ import annotations

from dataclasses import replace

from gpurules.scenario.model import ALWAYS, VirtualMachine, World
from gpurules.scenario.promtool import Check, RuleTest
from gpurules.scenario.target import Sample

CONTAINER_GPUS = "container_gpus"


def without_old_uuid(test: RuleTest, story: World) -> RuleTest:
    """The test for rules that were not told of --use-old-namespace: records of such guests lack UUID, and only that.

    GPUs that are of no VM are counted by UUID, so that all of those without are one; where some of them come and go, or
    only some of them are counted, nothing is said of that count.
    """
    guests = [
        machine
        for cluster in story.clusters.values()
        for machine in cluster.machines
        if machine.exporter is not None and machine.exporter.uuid_label == "uuid"
    ]
    lost = {gpu.uuid for machine in guests for gpu in machine.gpus}
    still = all(map(_still, guests))
    checks = (
        _without_uuid(check, lost)
        for check in test.checks
        if not _of_one_gpu(check, lost) and (CONTAINER_GPUS not in check.record or (still and _countable(check, lost)))
    )
    return replace(test, checks=tuple(checks)) if lost else test


def _countable(check: Check, lost: set[str]) -> bool:
    """Whether all of ``lost`` are in the count, or nothing is."""
    return all(one.value == 0 or one.value > len(lost) for one in check.samples)


def _still(machine: VirtualMachine) -> bool:
    """Whether its GPUs are seen all the time, or never."""
    exporter = machine.exporter
    return (
        machine.upgrade is None
        and not machine.later
        and len(machine.stays) == 1
        and exporter is not None
        and exporter.answers == ALWAYS
    )


def _of_one_gpu(check: Check, lost: set[str]) -> bool:
    """Whether it is about a GPU wherever it is, which nothing but the UUID tells."""
    return not check.samples and any(uuid in check.expression for uuid in lost)


def _without_uuid(check: Check, lost: set[str]) -> Check:
    expression, meaning = check.expression, check.meaning
    for uuid in lost:
        expression = expression.replace(f'UUID="{uuid}"', 'UUID=""')
        meaning = meaning.replace(f'UUID="{uuid}"', 'UUID=""')
    counted = CONTAINER_GPUS in check.record
    # GPUs that nothing but the UUID told apart are one series.
    samples = {
        labels: one.value - len(lost) + 1 if counted and one.value > len(lost) else one.value
        for one in check.samples
        for labels in [tuple(pair for pair in one.labels if pair[0] != "UUID" or pair[1] not in lost)]
    }
    return replace(
        check, expression=expression, samples=tuple(Sample(*one) for one in samples.items()), meaning=meaning
    )
