"""What rules show of exporters that run with --use-old-namespace, where they were not told of it: all but the UUID."""

from __future__ import annotations

from dataclasses import replace

from gpurules.scenario.model import World
from gpurules.scenario.promtool import Check, RuleTest
from gpurules.scenario.target import Sample

CONTAINER_GPUS = "container_gpus"


def without_old_uuid(test: RuleTest, story: World) -> RuleTest:
    """The test for rules that were not told of --use-old-namespace: records of such guests lack UUID, and only that.

    GPUs that are of no VM are counted by UUID, so that all of those without are one.
    """
    lost = {
        gpu.uuid
        for cluster in story.clusters.values()
        for machine in cluster.machines
        if machine.exporter is not None and machine.exporter.uuid_label == "uuid"
        for gpu in machine.gpus
    }
    checks = (_without_uuid(check, lost) for check in test.checks if not _of_one_gpu(check, lost))
    return replace(test, checks=tuple(checks)) if lost else test


def _of_one_gpu(check: Check, lost: set[str]) -> bool:
    """Whether it is about a GPU wherever it is, which nothing but the UUID tells."""
    return not check.samples and any(uuid in check.expression for uuid in lost)


def _without_uuid(check: Check, lost: set[str]) -> Check:
    expression, meaning = check.expression, check.meaning
    for uuid in lost:
        expression = expression.replace(f'UUID="{uuid}"', 'UUID=""')
        meaning = meaning.replace(f'UUID="{uuid}"', 'UUID=""')
    counted = CONTAINER_GPUS in check.record
    samples = (
        Sample(
            tuple(pair for pair in one.labels if pair[0] != "UUID" or pair[1] not in lost),
            one.value - len(lost) + 1 if counted and one.value > len(lost) else one.value,
        )
        for one in check.samples
    )
    return replace(check, expression=expression, samples=tuple(samples), meaning=meaning)
