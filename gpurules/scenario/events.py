"""What happens to a cluster: each event takes a world and gives it back with the change and what it unsettles.

Source of the times: KubeVirt's leader election (lease 15 s, never released on cancel), Prometheus' staleness and
lookback (5 minutes), dcgm-exporter's collection (30 s).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gpurules.scenario.fleet import launcher
from gpurules.scenario.model import Controller, Gpu, Period, Stay, Transition, VirtualMachine, World

LOOKBACK = 300
RATE_WINDOW = 300
SETTLING = 60
"""Two scrapes and an evaluation or two."""


def unsettled(world: World, *changes: Transition) -> World:
    """The world with more transitions."""
    return replace(world, transitions=(*world.transitions, *changes))


def change_machine(
    world: World, namespace: str, name: str, change: Callable[[VirtualMachine], VirtualMachine]
) -> World:
    """The world with one VM replaced. Raises KeyError where there is no such VM."""
    machines = world.cluster.machines
    if not any((machine.namespace, machine.name) == (namespace, name) for machine in machines):
        raise KeyError(f"{namespace}/{name}")
    changed = tuple(
        change(machine) if (machine.namespace, machine.name) == (namespace, name) else machine for machine in machines
    )
    return replace(world, cluster=replace(world.cluster, machines=changed))


def move(
    machine: VirtualMachine,
    *,
    leaves: float,
    starts: float,
    node: str,
    address: str,
    scheduling: int = 0,
    suffix: str = "mvd2k",
) -> VirtualMachine:
    """The last stay of a VM ends at ``leaves``; the next begins at ``starts``, its launcher pod ends in ``suffix``."""
    *before, last = machine.stays
    ended = replace(last, period=Period(last.period.start, leaves))
    coming = Stay(launcher(machine.name, suffix), node, address, Period(starts), scheduling=scheduling)
    return replace(machine, stays=(*before, ended, coming))


def end(machine: VirtualMachine, at: float) -> VirtualMachine:
    """The last stay of a VM ends at ``at``, and none follows."""
    *before, last = machine.stays
    return replace(machine, stays=(*before, replace(last, period=Period(last.period.start, at))))


def restarted(gpu: Gpu, at: float) -> Gpu:
    """The GPU whose counters start from nothing at ``at``."""
    readings = {
        name: replace(reading, value=-reading.per_second * at) if reading.per_second else reading
        for name, reading in gpu.readings.items()
    }
    return replace(gpu, readings=readings)


def migrate(world: World, namespace: str, name: str, at: int, node: str, address: str) -> World:
    """Live migration: a new launcher pod on another node; info switches from pod to pod within one scrape."""
    moved = change_machine(
        world, namespace, name, lambda vm: move(vm, leaves=at, starts=at, node=node, address=address)
    )
    return unsettled(moved, Transition(at, rates=at + RATE_WINDOW + 30, health=at + SETTLING))


def restart(world: World, namespace: str, name: str, at: int, node: str, address: str, pause: int = 60) -> World:
    """The VM is stopped and started under its name: another pod and node after ``pause`` seconds."""
    back = at + pause
    moved = change_machine(
        world,
        namespace,
        name,
        lambda vm: move(vm, leaves=at, starts=back, node=node, address=address, scheduling=15),
    )
    return unsettled(
        moved,
        Transition(at, health=at + SETTLING),
        Transition(back, rates=back + RATE_WINDOW + 30, health=back + SETTLING),
    )


def fail_over(world: World, at: int, *, takes_over: int, in_place: bool) -> World:
    """The leader of virt-controller is lost at ``at`` and another replica leads from ``takes_over``.

    ``in_place``: the old leader's container restarts in its pod and answers with nothing, so there is a gap until the
    other takes over. Else its pod is deleted and what it said stays until Prometheus marks it stale, 2.1 scrapes after
    the last one, beside what the new leader says.
    """
    old, new, *others = world.cluster.controllers
    lost = replace(old, leads=(Period(0, at),), deployed=old.deployed if in_place else (Period(0, at),))
    leading = replace(new, leads=(Period(takes_over),))
    controllers: tuple[Controller, ...] = (lost, leading, *others)
    changed = replace(world, cluster=replace(world.cluster, controllers=controllers))
    if not in_place and takes_over <= at + 15:
        return changed
    until = takes_over + SETTLING
    return unsettled(changed, Transition(at, values=until, rates=until, senders=until, health=until))


def stop_prometheus(world: World, start: int, end: int) -> World:
    """Prometheus is down; what ends meanwhile is never marked stale and stays visible for the lookback."""
    outages = (*world.cluster.outages, Period(start, end))
    changed = replace(world, cluster=replace(world.cluster, outages=outages))
    return unsettled(
        changed,
        Transition(
            start, values=end + 15, rates=end + RATE_WINDOW + 30, senders=end + 15, health=start + LOOKBACK + 30
        ),
    )


def silence(world: World, namespace: str, name: str, at: int) -> World:
    """The exporter in a guest stops answering; the launcher pod goes on."""

    def change(machine: VirtualMachine) -> VirtualMachine:
        if machine.exporter is None:
            raise KeyError(f"{namespace}/{name} has no exporter")
        return replace(machine, exporter=replace(machine.exporter, answers=(Period(0, at),)))

    changed = change_machine(world, namespace, name, change)
    gone = at + RATE_WINDOW + 30
    return unsettled(changed, Transition(at, values=at + 30, rates=gone, health=at + SETTLING))
