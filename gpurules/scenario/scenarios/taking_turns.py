"""VMs and containers that send one field only come and go, one after the other: there is never more than one metric."""

from collections.abc import Iterator
from dataclasses import replace

from gpurules.scenario.fleet import cluster, exporter, gpu, host_exporter, machine
from gpurules.scenario.model import Exporter, HostExporter, Period, Transition, VirtualMachine, Workload, World
from gpurules.scenario.quantities import DEFAULT_FIELDS

SOURCE = "tenants choose their counters: what is asked of all GPUs must be asked of every metric, old name and new"

FIRST, TURN = 60, 30
"""When the first of them send, and for how long each do."""


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    names = [(name, old_names) for name in DEFAULT_FIELDS for old_names in (True, False)]
    turns = [
        replace(exporter((name,)), old_names=old, answers=(Period(start, start + TURN),))
        for start, (name, old) in zip(range(FIRST, FIRST + TURN * len(names), TURN), names, strict=True)
    ]
    guests = tuple(vm for number, turn in enumerate(turns) for vm in senders(number, turn))
    hosts = tuple(server(number, turn) for number, turn in enumerate(turns))
    moments = tuple(range(FIRST, FIRST + TURN * (len(turns) + 1), TURN))
    told = replace(cluster(*guests, absent_value=absent_value), host_exporters=hosts)
    # Nothing is unsettled by a turn but for rules that lag.
    changes = tuple(Transition(moment) for moment in moments)
    return World("taking_turns", told, moments, changes, levels=("health",))


def senders(number: int, turn: Exporter) -> Iterator[VirtualMachine]:
    """Two VMs that claim one GPU, one with two exporters, one that KubeVirt does not list, and one that its host
    measures, around their turn."""
    for position, name in enumerate(("first", "second", "strange")):
        board = gpu(1000 + 10 * number + position // 2)
        place = f"10.129.{10 + position}.{number}"
        vm = machine("tenants", f"{name}-{number}", "worker-2", (board,), address=place, guest=turn)
        stays = tuple(replace(stay, period=around(turn), listed=name != "strange") for stay in vm.stays)
        if name == "first":
            yield replace(vm, stays=stays, second=turn)
        else:
            yield replace(vm, stays=stays, besides=("vsock-exporter",))

    yield measured(number, turn)


def measured(number: int, turn: Exporter) -> VirtualMachine:
    """A VM that sends nothing itself."""
    vm = machine("tenants", f"measured-{number}", "worker-3", (gpu(1007 + 10 * number),), address=f"10.130.5.{number}")
    return replace(vm, stays=(replace(vm.stays[0], period=around(turn)),), exporter=None)


def around(turn: Exporter) -> Period:
    """The turn, and as much before and after it."""
    return Period(turn.answers[0].start - TURN, turn.answers[0].end + TURN)


def server(number: int, turn: Exporter) -> HostExporter:
    """A node's exporter with the GPU of a container and that of a VM."""
    vm = measured(number, turn)
    container = Workload("batch", f"turn-{number}", "main", gpu(1005 + 10 * number))
    launcher = Workload(vm.namespace, vm.stays[0].pod, "compute", vm.gpus[0])
    host = host_exporter("worker-3", (container, launcher), f"10.130.4.{number}")
    return replace(host, pod=f"nvidia-dcgm-exporter-{number}", exporter=turn, honored=False)
