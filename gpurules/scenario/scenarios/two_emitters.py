"""KubeVirt's observability controller emits the same kubevirt_vmi_info and is scraped without honorLabels."""

from dataclasses import replace

from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import Controller, World

SOURCE = "VEP 143, phase 1: both emit, and the second's VMI namespace arrives as exported_namespace"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    observer = Controller("virt-observability-controller-7c9d-ccccc", "10.128.0.9")
    return World("two_emitters", replace(cluster(absent_value=absent_value), observers=(observer,)), (360,))
