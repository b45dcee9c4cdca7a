"""A guest's exporter runs with --use-old-namespace: uuid for UUID, on two GPUs."""

from dataclasses import replace

from gpurules.scenario.fleet import SINGLE, cluster, exporter, gpu, machine
from gpurules.scenario.model import World

SOURCE = "dcgm-exporter renames UUID with that flag in every release"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    guest = replace(exporter(), uuid_label="uuid")
    gpus = (gpu(18), gpu(19, index=1))
    old = machine("tenants", "old-labels", "worker-2", gpus, address="10.129.1.18", guest=guest)
    return World("old_label_names", cluster(SINGLE, old, absent_value=absent_value), (360,))
