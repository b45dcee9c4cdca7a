"""A guest upgrades driver and exporter while it runs: names, host label and driver label change in one scrape."""

from dataclasses import replace

from gpurules.scenario.events import RATE_WINDOW, change_machine, unsettled
from gpurules.scenario.fleet import cluster, exporter
from gpurules.scenario.model import Transition, World

SOURCE = "the driver version is a label on every series; Hostname became hostname, and 4.6 renamed half the fields"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    later = replace(
        exporter(),
        old_names=False,
        hostname_label="hostname",
        driver_label="DCGM_FI_SYSTEM_DRIVER_VERSION",
        driver_version="580.65.06",
    )
    world = World("exporter_upgrade", cluster(absent_value=absent_value), (390, 420, 450, 750))
    changed = change_machine(world, "research", "simulate", lambda vm: replace(vm, upgrade=(420, later)))
    return unsettled(changed, Transition(420, rates=420 + RATE_WINDOW + 30))
