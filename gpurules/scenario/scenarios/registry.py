"""All scenarios, by name: one module each, with a docstring, ``SOURCE`` (the fact behind it) and ``build``."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from types import ModuleType

from gpurules.scenario.model import World

SCENARIOS: dict[str, str] = {
    "steady": "gpurules.scenario.scenarios.steady",
    "failover_overlap": "gpurules.scenario.scenarios.failover_overlap",
    "failover_gap": "gpurules.scenario.scenarios.failover_gap",
    "migration": "gpurules.scenario.scenarios.migration",
    "migration_failover": "gpurules.scenario.scenarios.migration_failover",
    "restart": "gpurules.scenario.scenarios.restart",
    "idle_gpu": "gpurules.scenario.scenarios.idle_gpu",
    "no_vm": "gpurules.scenario.scenarios.no_vm",
    "no_vmi_pod": "gpurules.scenario.scenarios.no_vmi_pod",
    "prometheus_restart": "gpurules.scenario.scenarios.prometheus_restart",
    "prometheus_restart_failover": "gpurules.scenario.scenarios.prometheus_restart_failover",
    "spoofing": "gpurules.scenario.scenarios.spoofing",
    "nested": "gpurules.scenario.scenarios.nested",
    "single_field": "gpurules.scenario.scenarios.single_field",
    "mixed_exporters": "gpurules.scenario.scenarios.mixed_exporters",
    "containers": "gpurules.scenario.scenarios.containers",
    "mig": "gpurules.scenario.scenarios.mig",
    "two_emitters": "gpurules.scenario.scenarios.two_emitters",
    "scraped_twice": "gpurules.scenario.scenarios.scraped_twice",
    "shared_uuid": "gpurules.scenario.scenarios.shared_uuid",
    "guest_lost": "gpurules.scenario.scenarios.guest_lost",
    "long_names": "gpurules.scenario.scenarios.long_names",
    "left_behind": "gpurules.scenario.scenarios.left_behind",
    "exporter_upgrade": "gpurules.scenario.scenarios.exporter_upgrade",
    "old_label_names": "gpurules.scenario.scenarios.old_label_names",
    "vgpu": "gpurules.scenario.scenarios.vgpu",
    "repeated_series": "gpurules.scenario.scenarios.repeated_series",
    "same_address": "gpurules.scenario.scenarios.same_address",
    "address_passed_on": "gpurules.scenario.scenarios.address_passed_on",
    "observer_only": "gpurules.scenario.scenarios.observer_only",
    "restart_unseen": "gpurules.scenario.scenarios.restart_unseen",
    "forged_source": "gpurules.scenario.scenarios.forged_source",
    "boot": "gpurules.scenario.scenarios.boot",
    "stop": "gpurules.scenario.scenarios.stop",
    "vgpu_migration": "gpurules.scenario.scenarios.vgpu_migration",
    "two_replicas": "gpurules.scenario.scenarios.two_replicas",
    "counter_reset": "gpurules.scenario.scenarios.counter_reset",
    "gpu_lost": "gpurules.scenario.scenarios.gpu_lost",
    "driver_upgrade": "gpurules.scenario.scenarios.driver_upgrade",
    "without_gpu": "gpurules.scenario.scenarios.without_gpu",
    "several_clusters": "gpurules.scenario.scenarios.several_clusters",
    "old_labels_in_motion": "gpurules.scenario.scenarios.old_labels_in_motion",
    "restarted_in_place": "gpurules.scenario.scenarios.restarted_in_place",
    "bursts": "gpurules.scenario.scenarios.bursts",
    "guest_pauses": "gpurules.scenario.scenarios.guest_pauses",
    "driver_unseen": "gpurules.scenario.scenarios.driver_unseen",
    "blackout": "gpurules.scenario.scenarios.blackout",
    "failover_pod_cache": "gpurules.scenario.scenarios.failover_pod_cache",
    "two_exporters": "gpurules.scenario.scenarios.two_exporters",
    "partly_sliced": "gpurules.scenario.scenarios.partly_sliced",
    "two_engines": "gpurules.scenario.scenarios.two_engines",
    "launcher_relabelled": "gpurules.scenario.scenarios.launcher_relabelled",
    "impostor": "gpurules.scenario.scenarios.impostor",
    "other_exporters": "gpurules.scenario.scenarios.other_exporters",
    "host_mapping": "gpurules.scenario.scenarios.host_mapping",
    "migration_unscraped": "gpurules.scenario.scenarios.migration_unscraped",
    "two_ways": "gpurules.scenario.scenarios.two_ways",
    "taking_turns": "gpurules.scenario.scenarios.taking_turns",
    "pods_told": "gpurules.scenario.scenarios.pods_told",
}


def module(name: str) -> ModuleType:
    """The module of a scenario. Raises KeyError for a name that is not in the table."""
    return import_module(SCENARIOS[name])


def stories(kube_state: bool, paths: Iterable[str] = ()) -> tuple[str, ...]:
    """The names of those that say something to rules of ``paths`` that read kube-state-metrics, or that do not."""
    return tuple(name for name in SCENARIOS if _speaks(module(name), kube_state, frozenset(paths)))


def _speaks(story: ModuleType, kube_state: bool, paths: frozenset[str]) -> bool:
    path = getattr(story, "PATH", "")
    return (kube_state or not getattr(story, "KUBE_STATE", False)) and (not path or path in paths)


def world(name: str, absent_value: str = "") -> World:
    """The world of a scenario; ``absent_value`` is how KubeVirt spells a label without a value."""
    built = module(name).build(absent_value)
    if not isinstance(built, World):
        raise TypeError(f"{name}: build must return a World")
    return built
