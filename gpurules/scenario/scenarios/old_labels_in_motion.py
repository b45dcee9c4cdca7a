"""Exporters with --use-old-namespace in all situations: MIG, scraped twice, idle, new names, one that falls silent."""

from dataclasses import replace

from gpurules.scenario.events import silence
from gpurules.scenario.fleet import SINGLE, cluster, exporter, gpu, machine, mig_gpu
from gpurules.scenario.model import Exporter, Reading, World
from gpurules.scenario.quantities import DEFAULT_FIELDS, MIG_FIELDS
from gpurules.scenario.scenarios.bursts import jumping

SOURCE = "the flag renames UUID and nothing else that the rules read, in every release"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    renamed = old_labels(exporter())
    new_names = replace(renamed, old_names=False, driver_label="DCGM_FI_SYSTEM_DRIVER_VERSION")
    idle = gpu(45, index=1, more={name: Reading(0) for name in DEFAULT_FIELDS if "FB_" not in name})
    guests = (
        machine("tenants", "sliced", "worker-2", (mig_gpu(44),), address="10.129.1.44", guest=mig_exporter()),
        machine("tenants", "idle", "worker-2", (gpu(46), idle), address="10.129.1.46", guest=renamed),
        machine("tenants", "modern", "worker-2", (gpu(47),), address="10.129.1.47", guest=new_names),
        machine("tenants", "bursts", "worker-2", (jumping(58),), address="10.129.1.58", guest=renamed),
        machine("tenants", "bursts-too", "worker-2", (jumping(62),), address="10.129.1.62", guest=new_names),
        machine("tenants", "leaves", "worker-2", (gpu(48),), address="10.129.1.48", guest=renamed),
    )
    twice = tuple(replace(guest, service=f"{guest.name}-dcgm") for guest in guests)
    world = World("old_labels_in_motion", cluster(SINGLE, *twice, absent_value=absent_value), (390, 420, 480, 510, 780))
    return silence(world, "tenants", "leaves", 420)


def old_labels(guest: Exporter) -> Exporter:
    """The exporter with that flag."""
    return replace(guest, uuid_label="uuid")


def mig_exporter() -> Exporter:
    """What such an exporter sends of a GPU in MIG mode."""
    return old_labels(exporter(MIG_FIELDS))
