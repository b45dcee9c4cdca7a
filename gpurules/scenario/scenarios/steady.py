"""Three VMs that run undisturbed: two on one node, two with one name in two namespaces, one with two GPUs."""

from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import World

SOURCE = "pod and VM names repeat across namespaces, index and PCI address of a GPU in every guest"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    return World("steady", cluster(absent_value=absent_value), (360, 390))
