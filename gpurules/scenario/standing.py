"""How things stand in one epoch of a cluster: what is sent, what is known of VMs, and which GPU is booked on which."""

from __future__ import annotations

from functools import cached_property

from gpurules.scenario.booking import Key, RulesFor, Seen, Vm, described, seen_gpus
from gpurules.scenario.exposition import within
from gpurules.scenario.kube_state import Pod, pods
from gpurules.scenario.model import Cluster, Stay, VirtualMachine, World

Launchers = frozenset[tuple[str, str, str]]
"""Launcher pods, each with the namespace and name of its VM before it."""

Doubted = frozenset[tuple[str, str]]
"""Sources, each with a node or an address."""


class Standing:
    """The cluster in the epoch of ``moment`` as Prometheus has it, for rules that were rendered for ``rules``.

    Nothing here differs within the epoch but by ``still_named``, launchers that one who led before is still heard to
    name, and by ``doubted``: the nodes and addresses that were not one's alone of late.
    """

    def __init__(
        self, world: World, moment: float, guests_honor: bool, rules: RulesFor, still_named: Launchers = frozenset()
    ) -> None:
        self.cluster = world.cluster
        self.moment = moment
        self.rules = rules
        self._still_named = still_named
        self.seen = tuple(seen_gpus(world, moment, guests_honor))
        self._of: dict[str, tuple[tuple[Key, Seen], ...]] = {}
        self._booked: dict[Doubted, tuple[tuple[Vm, Seen], ...]] = {}
        self._devices: dict[Doubted, dict[tuple[Vm, str, str], list[Seen]]] = {}

    def of(self, source: str) -> tuple[tuple[Key, Seen], ...]:
        """The series of a source, with their keys."""
        if source not in self._of:
            keyed = ((gpu.key(source, self.rules), gpu) for gpu in self.seen)
            self._of[source] = tuple((key, gpu) for key, gpu in keyed if key is not None)
        return self._of[source]

    @cached_property
    def keys(self) -> dict[str, frozenset[Key]]:
        """The keys of each source that is read."""
        return {source: frozenset(key for key, _ in self.of(source)) for source in self.rules.sources}

    @cached_property
    def told(self) -> bool:
        """Whether a component that the rules read tells of VMs."""
        leads = any(within(controller.leads, self.moment) for controller in self.cluster.controllers)
        return leads or (self.rules.observed and bool(self.cluster.observers))

    @cached_property
    def watched(self) -> bool:
        """Whether kube-state-metrics tells of pods."""
        return self.cluster.kube_state and watched(self.cluster, self.moment)

    @cached_property
    def launchers(self) -> dict[Key, Vm]:
        """Launcher pods that are known to be a running VM's."""
        found: dict[Key, Vm] = {}
        for machine in self.cluster.machines:
            stay = machine.stay(self.moment)
            owned = self.watched and machine.controlled_by is None
            known = owned if self.rules.owners else self.told and bool(stay and stay.known(self.moment))
            if stay is not None and known and (self.rules.owners or self._named(machine, stay)):
                vm = Vm(machine.namespace, machine.name, stay.node, machine.described)
                if not machine.described or (self.told and stay.known(self.moment)):
                    # Owners of pods know nothing of what KubeVirt says of the VM, and both must be there to be joined.
                    found[machine.namespace, stay.pod] = vm
        return found

    def _named(self, machine: VirtualMachine, stay: Stay) -> bool:
        """Whether the launcher of a running VM is named: by who leads now, or by one that led and is still heard."""
        return stay.named(self.moment) or (machine.namespace, machine.name, stay.pod) in self._still_named

    @cached_property
    def listed(self) -> dict[Key, tuple[Vm, str]]:
        """Running VMs that KubeVirt lists, by name, with their addresses."""
        found: dict[Key, tuple[Vm, str]] = {}
        for machine in self.cluster.machines:
            stay = machine.stay(self.moment)
            if stay is not None and self.told and stay.known(self.moment):
                vm = Vm(machine.namespace, machine.name, stay.node, machine.described)
                found[machine.namespace, machine.name] = vm, stay.address
        return found

    @cached_property
    def addressed(self) -> dict[str, list[Vm]]:
        """The VMs that have each address."""
        found: dict[str, list[Vm]] = {}
        for vm, address in self.listed.values():
            found.setdefault(address, []).append(vm)
        return found

    @cached_property
    def holders(self) -> tuple[Pod, ...]:
        """The running launcher pods with a GPU."""
        listed = pods(self.cluster, self.moment) if self.watched else ()
        return tuple(pod for pod in listed if pod.holds_gpu)

    @cached_property
    def on_nodes(self) -> frozenset[tuple[str, Key]]:
        """The pods that have a GPU, with their nodes, as a scrape of kube-state-metrics tells it."""
        if not watched(self.cluster, self.moment):
            return frozenset()
        launchers = (pod for pod in pods(self.cluster, self.moment) if pod.holds_gpu)
        others = self.cluster.container_pods
        return frozenset(
            (
                *((pod.stay.node, (pod.machine.namespace, pod.stay.pod)) for pod in launchers),
                *((other.node, (other.namespace, other.name)) for other in others),
            )
        )

    def vm(self, source: str, key: Key, doubted: Doubted) -> Vm | None:
        """What a key of ``source`` stands for."""
        match source:
            case "pod" | "host_pod":
                return self.launchers.get(key)
            case "name":
                return self.listed[key][0] if key in self.listed else None
            case "address":
                owners = self.addressed.get(key[0], [])
                return owners[0] if len(owners) == 1 and (source, key[0]) not in doubted else None
            case _:
                there = [pod for pod in self.holders if pod.vm and pod.stay.node == key[0]]
                if len(there) != 1 or (source, key[0]) in doubted:
                    return None
                machine, stay = there[0].machine, there[0].stay
                if machine.described and not (self.told and stay.known(self.moment)):
                    return None
                return Vm(machine.namespace, machine.name, stay.node, machine.described)

    def booked(self, doubted: Doubted) -> tuple[tuple[Vm, Seen], ...]:
        """Every GPU under the VM that it is booked on, as often as it is sent, the preferred source first."""
        if doubted not in self._booked:
            self._booked[doubted] = tuple(
                (vm, gpu)
                for source in self.rules.sources
                for key, gpu in self.of(source)
                if (vm := self.vm(source, key, doubted)) is not None
                and not (source == "host_pod" and self._sends_itself(vm, key, doubted))
            )
        return self._booked[doubted]

    def _sends_itself(self, vm: Vm, key: Key, doubted: Doubted) -> bool:
        """Whether a guest's own series are booked on ``vm``, or come from its launcher: its host's then are not."""
        guests = [source for source in self.rules.sources if source != "host_pod"]
        own = (self.vm(source, other, doubted) for source in guests for other in self.keys[source])
        return vm in own or ("pod" in guests and key in self.keys["pod"])

    def devices(self, doubted: Doubted) -> dict[tuple[Vm, str, str], list[Seen]]:
        """The GPUs of each VM, each once, with all that send it."""
        if doubted not in self._devices:
            found: dict[tuple[Vm, str, str], list[Seen]] = {}
            for vm, gpu in self.booked(doubted):
                found.setdefault((vm, *gpu.device), []).append(gpu)
            self._devices[doubted] = found
        return self._devices[doubted]

    def contradictory(self, doubted: Doubted) -> bool:
        """Whether two exporters describe a GPU differently."""
        return any(len({described(one) for one in senders}) > 1 for senders in self.devices(doubted).values())


def watched(cluster: Cluster, moment: float) -> bool:
    """Whether a pod of kube-state-metrics answers at ``moment``."""
    return any(within(watcher.leads, moment) for watcher in cluster.watchers)
