"""Guests that send one field only, each another one."""

from gpurules.scenario.fleet import cluster, exporter, gpu, machine
from gpurules.scenario.model import World
from gpurules.scenario.quantities import DEFAULT_FIELDS

SOURCE = "tenants choose their counters; a MIG guest has no GPU_UTIL, a vGPU guest no temperature"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    guests = tuple(
        machine(
            "tenants", f"only-{step}", "worker-1", (gpu(step),), address=f"10.128.2.{step}", guest=exporter((name,))
        )
        for step, name in enumerate(DEFAULT_FIELDS, start=20)
    )
    return World("single_field", cluster(*guests, absent_value=absent_value), (360,))
