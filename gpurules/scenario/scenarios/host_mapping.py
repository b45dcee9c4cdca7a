"""Exporters on a node map GPUs to launchers under either setting of honorLabels, beside guests that send themselves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gpurules.scenario.events import RATE_WINDOW, SETTLING, unsettled
from gpurules.scenario.fleet import cluster, exporter, gpu, launcher, machine, mig_gpu, without
from gpurules.scenario.model import (
    Exporter,
    Gpu,
    HostExporter,
    Period,
    Reading,
    Transition,
    VirtualMachine,
    Workload,
    World,
    labels_of,
)
from gpurules.scenario.quantities import FREE, RESERVED, USED, UTILISATION, XID

SOURCE = "a node may run exporters of two owners, of which one is scraped with honorLabels; virtual GPUs share a UUID"

PATH = "host"
"""It says something to rules of that path only: to others such GPUs are those of containers."""

TEMPERATURE = "DCGM_FI_DEV_MEMORY_TEMP_CELSIUS"
NODE = "worker-7"
TURN, SETTLED = 420, 450
"""When one guest's exporter begins and another's ends, and when all that sends is seen."""
LAST = 540
"""When one of each owner's exporters ends."""


def build(absent_value: str) -> World:
    """The world, with labels without a value spelled as ``absent_value``."""
    owners = Owner("train", 110, "10.136.1", honored=True), Owner("tune", 130, "10.136.2", honored=False)
    victim = labels_of({"namespace": "tenants", "pod": launcher("tune")})
    hidden = labels_of({f"exported_{name}": value for name, value in victim})
    # Where the VMs are collected in turns, those that are named are in the places of the ways that do no more.
    guests = (
        named(guest("tenants", "named-use", 150, exporter((UTILISATION,)))),
        guest("tenants", "sends-use", 152, exporter((UTILISATION,))),
        guest("tenants", "ends", 162, replace(exporter((UTILISATION,)), answers=(Period(0, TURN),))),
        named(guest("tenants", "named-code", 154, exporter((XID,)))),
        guest("tenants", "sends-code", 156, exporter((XID,))),
        named(guest("tenants", "named-starts", 160, replace(exporter((UTILISATION,)), answers=(Period(TURN),)))),
        guest("tenants", "starts", 158, replace(exporter((UTILISATION,)), answers=(Period(TURN),))),
    )
    ending = replace(exporter(), answers=(Period(0, LAST),))
    passed = machine("tenants", "passed", NODE, (gpu(164),), address="10.136.4.164", guest=ending)
    passed = replace(passed, besides=("pod-network",))
    silent = tuple(
        replace(guest("others", name, step, exporter()), exporter=None)
        for name, step in (("sends-use", 166), ("named-use", 168), ("passed", 170))
    )
    forgers = (
        guest("crime", "claims", 172, exporter(exposed=victim)),
        replace(guest("crime", "hides", 174, exporter(exposed=hidden)), besides=("remote-address",)),
    )
    beside = tuple(one for vm in (*guests, *silent) for one in mapped(vm, vm.gpus[1:]))
    beside = (*beside, *mapped(passed, passed.gpus))
    hosts = (*(one for owner in owners for one in owner.exporters()), on_node("guests", "10.136.3.4", beside, False))
    machines = (*(vm for owner in owners for vm in owner.machines()), *guests, passed, *silent, *forgers)
    told = replace(cluster(*machines, absent_value=absent_value), host_exporters=hosts)
    world = World("host_mapping", told, (360, 390, TURN, SETTLED, 480, LAST, 600, 810, 870))
    turn = Transition(TURN, values=SETTLED, rates=SETTLED, senders=SETTLED, health=TURN + SETTLING)
    return unsettled(world, turn, Transition(LAST, values=LAST + 30, rates=LAST + RATE_WINDOW + 30, health=600))


def guest(namespace: str, name: str, step: int, sends: Exporter) -> VirtualMachine:
    """A VM whose guest is scraped and has a GPU of its own beside the one by which its host knows it."""
    boards = gpu(step), gpu(step + 1, index=1)
    vm = machine(
        namespace, name, NODE, boards, address=f"10.136.4.{step}", guest=replace(sends, sees=(boards[0].uuid,))
    )
    return replace(vm, besides=("pod-network",))


def named(vm: VirtualMachine) -> VirtualMachine:
    """The VM with an exporter of its own and not scraped."""
    return replace(vm, besides=("vsock-exporter",))


def on_node(name: str, address: str, workloads: tuple[Workload, ...], honored: bool) -> HostExporter:
    """One of the exporters of the node."""
    return HostExporter(f"dcgm-exporter-{name}", NODE, address, exporter(), workloads, honored=honored)


@dataclass(frozen=True)
class Owner:
    """Who runs three exporters on the node; ``name`` is what the VMs are called that they know."""

    name: str
    step: int
    network: str
    honored: bool

    def board(self, number: int, index: int = 0) -> Gpu:
        """One of the boards."""
        return gpu(self.step + number, index)

    def first(self) -> VirtualMachine:
        """A VM with four boards: two are shared and send not all, two have one index."""
        shared = without(FREE, self.board(0)), without(RESERVED, self.board(1, index=1))
        return self.machine("tenants", self.name, (*shared, self.board(2, index=2), self.other_model()))

    def other_model(self) -> Gpu:
        """A board of another model."""
        return replace(self.board(3), model="NVIDIA A100 80GB PCIe")

    def second(self) -> VirtualMachine:
        """A VM of that name with the shared boards, a MIG instance and both of another board."""
        boards = self.board(0), self.board(1, index=1)
        return self.machine(
            "others", self.name, (*boards, self.sliced("1"), replace(mig_gpu(self.step + 10), index="5"))
        )

    def empty(self) -> VirtualMachine:
        """A VM whose board has no memory and no sensor."""
        none = gpu(self.step + 4, index=2, more={name: Reading(0) for name in (USED, FREE, TEMPERATURE)})
        return self.machine("tenants", f"{self.name}-empty", (none,))

    def late(self) -> VirtualMachine:
        """A VM that only an exporter knows which ends."""
        return self.machine("tenants", f"{self.name}-late", (self.board(6),))

    def listed_late(self) -> VirtualMachine:
        """A VM that KubeVirt lists a while after it runs."""
        vm = self.machine("tenants", f"{self.name}-unheard", (self.board(11),))
        return replace(vm, stays=(replace(vm.stays[0], listed_from=TURN),))

    def unlisted(self) -> Iterator[VirtualMachine]:
        """Launchers that KubeVirt does not know: one beside others, one by their name."""
        for number, (namespace, name) in enumerate((("tenants", f"{self.name}-gone"), ("strange", self.name))):
            vm = self.machine(namespace, name, (self.board(7 + number),))
            yield replace(vm, stays=(replace(vm.stays[0], listed=False),))

    def machines(self) -> tuple[VirtualMachine, ...]:
        """All of them."""
        return (self.first(), self.second(), self.empty(), self.late(), self.listed_late(), *self.unlisted())

    def machine(self, namespace: str, name: str, gpus: tuple[Gpu, ...]) -> VirtualMachine:
        """A VM that sends nothing itself."""
        address = f"{self.network}.{self.step + len(namespace) + len(name)}"
        return replace(machine(namespace, name, NODE, gpus, address=address), exporter=None)

    def sliced(self, instance: str) -> Gpu:
        """The board in MIG mode with one of its instances."""
        whole = replace(mig_gpu(self.step + 5), index="3")
        return replace(whole, instances=tuple(one for one in whole.instances if one.id == instance))

    def exporters(self) -> Iterator[HostExporter]:
        """One that knows nearly all, one that describes GPUs otherwise and ends, a newer one with its own engine."""
        first, second, late = self.first(), self.second(), self.late()
        known = (
            *mapped(first, first.gpus[:3]),
            *(
                one
                for vm in (second, self.empty(), self.listed_late(), *self.unlisted())
                for one in mapped(vm, vm.gpus)
            ),
        )
        containers = (Workload("batch", "trainer-0", "main", one) for one in (self.board(9, index=4), self.sliced("2")))
        yield on_node(f"{self.name}-1", f"{self.network}.4", (*known, *containers), self.honored)
        terse = replace(exporter(), driver_label="", answers=(Period(0, LAST),))
        again = (*mapped(first, first.gpus[:1]), *mapped(second, second.gpus[:1]), *mapped(late, late.gpus))
        yield replace(on_node(f"{self.name}-2", f"{self.network}.5", again, self.honored), exporter=terse)
        third = on_node(f"{self.name}-3", f"{self.network}.6", mapped(first, first.gpus[3:]), self.honored)
        newer = replace(
            exporter(), old_names=False, hostname_label="hostname", driver_label="DCGM_FI_SYSTEM_DRIVER_VERSION"
        )
        yield replace(third, exporter=newer)


def mapped(vm: VirtualMachine, gpus: tuple[Gpu, ...]) -> tuple[Workload, ...]:
    """Those of its GPUs as the kubelet maps them to its launcher."""
    return tuple(Workload(vm.namespace, vm.stays[0].pod, "compute", one) for one in gpus)
