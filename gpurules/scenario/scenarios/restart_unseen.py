"""Prometheus is down while two VMs are started anew on other nodes; the pod of one is deleted before it is complete."""

from dataclasses import replace

from gpurules.scenario.events import LOOKBACK, change_machine, restart, stop_prometheus, unsettled
from gpurules.scenario.fleet import cluster
from gpurules.scenario.model import Transition, VirtualMachine, World

SOURCE = "series of the former launcher pod, of its owner and of its address are never marked stale"


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    world = World("restart_unseen", cluster(absent_value=absent_value), (390, 510, 600, 750, 870))
    again = restart(world, "research", "train", 430, "worker-2", "10.129.1.9", pause=20)
    forced = restart(again, "research", "simulate", 430, "worker-3", "10.130.1.9", pause=20)
    again = change_machine(forced, "research", "simulate", forgotten)
    stopped = stop_prometheus(again, 421, 480)
    return unsettled(stopped, Transition(421, senders=420 + LOOKBACK + 30, health=420 + LOOKBACK + 30))


def forgotten(machine: VirtualMachine) -> VirtualMachine:
    """The VM whose former pod is deleted at once: the last that was said of it is that it runs."""
    former, *others = machine.stays
    return replace(machine, stays=(replace(former, deleted=True), *others))
