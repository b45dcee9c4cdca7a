"""Whose rules get mistakes: each collection path, and each way of building the same rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from gpurules.app.rendering import proved_rules
from gpurules.app.series import source_types
from gpurules.app.sources import Sources, read_sources
from gpurules.config.model import Config, DcgmSection, KubevirtSection, RulesSection
from gpurules.promql.types import SeriesType
from gpurules.rules.group import RecordingRule
from gpurules.scenario.booking import DEFAULT, RulesFor
from gpurules.scenario.changed import scattered, with_clusters
from gpurules.scenario.exposition import OBSERVER_JOB
from gpurules.scenario.kube_state import GPU_RESOURCE
from gpurules.scenario.model import World, absent_value
from gpurules.scenario.quantities import DEFAULT_FIELDS, ENERGY, ENGINE, FREE, POWER, RESERVED, USED, UTILISATION, XID
from gpurules.scenario.scenarios.registry import stories, world
from gpurules.scenario.told import lists_addresses, names_pod, told

COUNTERS = Path(__file__).with_name("few-counters.csv")
FEW = (UTILISATION, USED, FREE, RESERVED, POWER, ENERGY, XID, ENGINE, "DCGM_FI_DEV_MEMORY_TEMP_CELSIUS")
"""What stands in that file: one field of each kind."""

LEFT_OVER = ("restarted_in_place",)
"""Stories that are told a second time with a former generation of the records that a rule reads still in sight."""

SPELLED = ("no_vmi_pod", "failover_pod_cache")
"""Stories that are told a second time as v1.5 spells a label without a value."""

NAMING = ("spoofing", "nested", "forged_source", "containers", "vgpu")
"""Stories in which an exporter names namespaces and pods: only there does honorLabels change what is stored, but for
exporters on nodes, which always do."""

TELLING = ("mig", "mixed_exporters", "migration", "guest_lost", "restart", "repeated_series", "counter_reset", "vgpu")
"""Stories in which most mistakes show: they are played first."""


IN_TURN = (
    "two_engines",
    "mig",
    "scraped_twice",
    "repeated_series",
    "no_vm",
    "two_exporters",
    "shared_uuid",
    "driver_unseen",
)
"""Stories that are told again with each VM collected in every way, where there are several: what only one of their VMs
is tells something of one way alone."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A story, whether the guests are scraped with honorLabels, whether records are left over from before, whether a
    label without a value is spelled out, by how many the ways of collection are moved on, and whether each VM is on a
    node of its own."""

    story: str
    honored: bool = False
    left_over: bool = False
    spelled: bool = False
    turn: int = 0
    apart: bool = False


@dataclass(frozen=True)
class Subject:
    """``paths`` and the rest as rendered; ``ways`` in which the VMs are collected, in turn; ``honor`` as configured,
    with what the guests are then scraped."""

    paths: tuple[str, ...]
    ways: tuple[tuple[str, ...], ...]
    honor: str = "false"
    release: str = "main"
    every_counter: bool = False
    kube_state: bool = False
    inline: bool = False
    observed: bool = False
    old_uuid: bool = False
    cluster_label: str = ""

    @cached_property
    def config(self) -> Config:
        """The configuration."""
        return Config(
            dcgm=DcgmSection(
                counters=() if self.every_counter else (str(COUNTERS),),
                honor_labels=self.honor,
                use_old_namespace=self.old_uuid,
            ),
            kubevirt=KubevirtSection(
                release=self.release,
                gpu_resources=(GPU_RESOURCE,) if self.kube_state else (),
                observer_selector=f'job="{OBSERVER_JOB}"' if self.observed else "",
            ),
            rules=RulesSection(
                paths=self.paths,
                identity="inline" if self.inline else "record",
                cluster_label=self.cluster_label,
            ),
        )

    @cached_property
    def _sources(self) -> Sources:
        return read_sources(self.config)

    @cached_property
    def rules(self) -> tuple[RecordingRule, ...]:
        """The rules in order of evaluation."""
        return tuple(rule for group in proved_rules(self.config, self._sources).groups for rule in group.rules)

    @cached_property
    def type_of(self) -> Callable[[str], SeriesType | None]:
        """The types of the series that are scraped."""
        return source_types(self.config, self._sources).type_of

    @property
    def facts(self) -> RulesFor:
        """What the evaluator must know."""
        made = RulesFor(
            self.paths,
            self.honor,
            owners=not names_pod(self.release),
            addresses=lists_addresses(self.release),
            observed=self.observed,
            cluster_label=self.cluster_label,
        )
        # What stories state of their transitions is about the rules of the default.
        return DEFAULT if made == DEFAULT else made

    @property
    def fields(self) -> tuple[str, ...]:
        """What is recorded."""
        return DEFAULT_FIELDS if self.every_counter else FEW

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Everything that is played."""
        told_here = stories(self.kube_state, self.paths)
        honored = told_here if "host" in self.paths else NAMING
        plain = [
            *(Trial(story) for story in told_here if self.honor != "true"),
            *(Trial(story, True) for story in honored if self.honor != "false"),
        ]
        ways = (False, True) if "host" in self.paths and self.honor == "auto" else (False,)
        left_over = [] if self.inline else [Trial(story, honored, True) for story in LEFT_OVER for honored in ways]
        apart = [replace(one, apart=True) for one in plain if "single-vm-node" in self.paths]
        turned = (Trial(story, turn=turn) for turn in range(1, len(self.ways)) for story in IN_TURN)
        found = [*plain, *left_over, *(Trial(story, spelled=True) for story in SPELLED), *apart, *turned]
        return tuple(sorted(found, key=lambda trial: trial.story not in TELLING))

    def world(self, trial: Trial, fields: tuple[str, ...]) -> World:
        """A story as it is told over the ways of collection, of which exporters send only ``fields``."""
        spelling = "<none>" if trial.spelled else absent_value(self.release)
        ways = (*self.ways[trial.turn :], *self.ways[: trial.turn])
        story = world(trial.story, spelling)
        story = with_clusters(story, scattered) if trial.apart else story
        return told(story, ways, self.release, self.kube_state, fields)


POD, NAME, ADDRESS = ("pod-network",), ("vsock-exporter",), ("remote-address",)
LAUNCHERS = ("pod-network", "vsock-sidecar")

SUBJECTS: dict[str, Subject] = {
    "default": Subject(LAUNCHERS, (POD,), "auto", every_counter=True),
    "owners of pods": Subject(("pod-network",), (POD,), "auto", release="v1.4", kube_state=True),
    "vsock-sidecar": Subject(("vsock-sidecar",), (("vsock-sidecar",),), kube_state=True),
    "vsock-exporter": Subject(NAME, (NAME,)),
    "host": Subject(("host",), (("host-mapped",), ("host-mapped",), ("host-unmapped",)), "auto"),
    "remote": Subject(("remote",), (("remote",), ("remote", *ADDRESS), ADDRESS)),
    "single-vm-node": Subject(
        ("single-vm-node",), (("node-exporter",), ("node-exporter-relabelled",)), kube_state=True
    ),
    "several paths": Subject(
        ("vsock-exporter", "pod-network", "host"), (POD, (*POD, *NAME), NAME, (*POD, "host-mapped"), ("host-mapped",))
    ),
    "both emitters": Subject(("pod-network", "remote"), (POD, ("remote",), ADDRESS), observed=True),
    "several clusters": Subject(LAUNCHERS, (POD,), "auto", cluster_label="cluster"),
    "old label names": Subject(LAUNCHERS, (POD,), "auto", old_uuid=True),
    "inline": Subject(LAUNCHERS, (POD,), "auto", inline=True),
}
