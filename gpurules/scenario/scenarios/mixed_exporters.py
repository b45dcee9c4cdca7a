"""Guests with exporters of all kinds: both generations of names, both spellings of the host, with or without driver."""

from dataclasses import replace

from gpurules.scenario.fleet import SINGLE, cluster, exporter, gpu, machine
from gpurules.scenario.model import Gpu, Reading, World
from gpurules.scenario.quantities import VGPU_FIELDS, XID

SOURCE = "each guest runs its own dcgm-exporter release and counters file"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    old = replace(exporter(), driver_label="", error_labels=False)
    new = replace(exporter(), old_names=False, hostname_label="hostname", driver_label="DCGM_FI_SYSTEM_DRIVER_VERSION")
    between = replace(exporter(VGPU_FIELDS), hostname_label="hostname", driver_version="570.86.15")
    failing = gpu(13, more={XID: Reading(79)})
    guests = (
        machine("tenants", "old", "worker-1", (gpu(11), failing_second(15)), address="10.128.1.11", guest=old),
        machine("tenants", "new", "worker-2", (gpu(12), failing_second(14)), address="10.129.1.12", guest=new),
        machine("tenants", "between", "worker-2", (failing,), address="10.129.1.13", guest=between),
    )
    return World("mixed_exporters", cluster(SINGLE, *guests, absent_value=absent_value), (360,))


def failing_second(step: int) -> Gpu:
    """A second GPU of a guest, of another model, whose last XID is 13."""
    return replace(gpu(step, index=1, more={XID: Reading(13)}), model="NVIDIA A100 80GB PCIe")
