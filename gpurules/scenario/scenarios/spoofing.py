"""A guest writes another tenant's namespace and launcher pod into its own series, and series of KubeVirt's besides."""

from dataclasses import replace

from gpurules.scenario.fleet import NAMESAKE, SINGLE, cluster, exporter, gpu, machine
from gpurules.scenario.model import World, labels_of

SOURCE = "with honorLabels false the target's labels win; with true Prometheus itself lets the guest's win"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    victim = NAMESAKE
    claim = {"namespace": victim.namespace, "pod": victim.stays[0].pod, "container": "compute"}
    forged = labels_of(
        {
            "__name__": "kubevirt_vmi_info",
            "name": "stolen",
            "namespace": victim.namespace,
            "node": "worker-3",
            "phase": "running",
            "vmi_pod": victim.stays[0].pod,
        }
    )
    moved = labels_of({**dict(forged), "name": victim.name, "vmi_pod": "virt-launcher-elsewhere-00000"})
    guest = exporter(exposed=labels_of(claim), forged=(forged, moved))
    intruder = machine("crime", "intruder", "worker-3", (gpu(9),), address="10.130.1.9", guest=guest)
    return World("spoofing", replace(cluster(SINGLE, victim, intruder), absent_value=absent_value), (360,))
