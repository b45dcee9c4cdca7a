"""Guests that send one field only, each another one, under either generation of its name and of the UUID's label."""

from dataclasses import replace

from gpurules.scenario.fleet import cluster, exporter, gpu, machine
from gpurules.scenario.model import World
from gpurules.scenario.quantities import DEFAULT_FIELDS

SOURCE = "tenants choose their counters; a MIG guest has no GPU_UTIL, a vGPU guest no temperature"

SPELLINGS = ((True, "UUID"), (False, "UUID"), (True, "uuid"), (False, "uuid"))
"""Whether names are old, and the label of the UUID."""


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    guests = []
    for step, name in enumerate(DEFAULT_FIELDS, start=20):
        for number, (old_names, label) in enumerate(SPELLINGS):
            guest = replace(exporter((name,)), old_names=old_names, uuid_label=label)
            board = gpu(step + 100 * number)
            place = f"10.128.{2 + number}.{step}"
            guests.append(machine("tenants", f"only-{step}-{number}", "worker-1", (board,), address=place, guest=guest))
    return World("single_field", cluster(*guests, absent_value=absent_value), (360,))
