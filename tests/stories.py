"""Worlds told otherwise: with a delay, by which all is settled later; to rules that do not read the label uuid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gpurules.rules.group import RecordingRule
from gpurules.rules.grouping import records_read
from gpurules.scenario.model import Transition, World
from gpurules.scenario.promtool import Check, RuleTest
from gpurules.scenario.target import Sample

CONTAINER_GPUS = "cluster:kubevirt_vmi_gpu_container_gpus:count"
KINDS = ("values", "rates", "senders", "health")


def lagging(story: World, lag: int) -> World:
    """The world with a delay of ``lag`` seconds; what it states of its transitions is about undelayed rules."""
    late = tuple(
        replace(change, **{kind: max(change.at, change.until(kind)) + lag for kind in KINDS})
        for change in story.transitions
    )
    return replace(story, transitions=(Transition(0, values=lag), *late), stated={})


def without_old_uuid(test: RuleTest, story: World) -> RuleTest:
    """The test for rules that were not told of --use-old-namespace: records of such guests lack UUID, and only that.

    GPUs that are of no VM are counted by UUID, so that all of those without are one.
    """
    lost = {
        gpu.uuid
        for machine in story.cluster.machines
        if machine.exporter is not None and machine.exporter.uuid_label == "uuid"
        for gpu in machine.gpus
    }
    return replace(test, checks=tuple(_without_uuid(check, lost) for check in test.checks))


def _without_uuid(check: Check, lost: set[str]) -> Check:
    expression = check.expression
    for uuid in lost:
        expression = expression.replace(f'UUID="{uuid}"', 'UUID=""')
    counted = expression == CONTAINER_GPUS
    samples = (
        Sample(
            tuple(pair for pair in one.labels if pair[0] != "UUID" or pair[1] not in lost),
            one.value - len(lost) + 1 if lost and counted and one.value > len(lost) else one.value,
        )
        for one in check.samples
    )
    return replace(check, expression=expression, samples=tuple(samples))


def depth(rules: Iterable[RecordingRule]) -> int:
    """How many records the longest chain reads, one of the other."""
    return max(depths(rules).values())


def depths(rules: Iterable[RecordingRule]) -> dict[str, int]:
    """How many records the longest chain before each record reads."""
    found: dict[str, int] = {}
    for rule in rules:
        read = (found[name] for name in records_read(rule.expression) if name in found)
        found[rule.spec.record] = max(found.get(rule.spec.record, 0), max((steps + 1 for steps in read), default=0))
    return found
