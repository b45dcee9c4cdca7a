"""Names that no pattern takes apart: a VM name cut in its launcher's name, one with a dot, one that ends like a pod."""

from gpurules.scenario.fleet import cluster, gpu, machine
from gpurules.scenario.model import World

SOURCE = "generateName is cut at 58 characters, the dash included, before five random ones are added"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    names = ("a-very-long-name-of-a-virtual-machine-for-training", "db.example", "train-x7k2p")
    guests = tuple(
        machine("research", name, "worker-1", (gpu(30 + step),), address=f"10.128.3.{step}")
        for step, name in enumerate(names)
    )
    return World("long_names", cluster(*guests, absent_value=absent_value), (360,))
