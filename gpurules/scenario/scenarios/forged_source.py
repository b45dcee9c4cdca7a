"""A guest exposes kubevirt_vmi_info under the job of KubeVirt's own, naming another VM's launcher pod as its own."""

from gpurules.scenario.exposition import KUBEVIRT_JOB
from gpurules.scenario.fleet import NAMESAKE, SINGLE, cluster, exporter, gpu, machine
from gpurules.scenario.model import World, labels_of

SOURCE = "with honorLabels true even the job label is the guest's to choose; no rule may fail for it"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    stay = NAMESAKE.stays[0]
    forged = labels_of(
        {
            "__name__": "kubevirt_vmi_info",
            "job": KUBEVIRT_JOB,
            "name": "stolen",
            "namespace": NAMESAKE.namespace,
            "node": "worker-3",
            "phase": "running",
            "vmi_pod": stay.pod,
        }
    )
    guest = exporter(forged=(forged,))
    intruder = machine("crime", "intruder", "worker-3", (gpu(9),), address="10.130.1.9", guest=guest)
    world = cluster(SINGLE, NAMESAKE, intruder, absent_value=absent_value)
    return World("forged_source", world, (360,), lawless=True)
