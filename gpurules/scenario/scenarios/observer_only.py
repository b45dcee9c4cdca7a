"""KubeVirt's observability controller alone emits kubevirt_vmi_info; virt-controller does no more."""

from dataclasses import replace

from gpurules.scenario.fleet import CONTROLLERS, cluster
from gpurules.scenario.model import Controller, World

SOURCE = "VEP 143, phase 2: scraped without honorLabels, so that the VM's namespace is in exported_namespace"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    observer = Controller("virt-observability-controller-7c9d-ccccc", "10.128.0.9")
    followers = tuple(replace(controller, leads=()) for controller in CONTROLLERS)
    alone = replace(cluster(absent_value=absent_value), observers=(observer,), controllers=followers)
    return World("observer_only", alone, (360,))
