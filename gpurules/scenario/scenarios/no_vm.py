"""Launcher pods send GPU series, but KubeVirt knows no running VM for one of them."""

from dataclasses import replace

from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster
from gpurules.scenario.model import World

SOURCE = "virt-controller's pod cache may lag, and a guest may outlive what KubeVirt says of it"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    unknown = replace(SINGLE, stays=(replace(SINGLE.stays[0], listed=False),))
    return World("no_vm", cluster(unknown, DOUBLE, NAMESAKE, absent_value=absent_value), (360,))
