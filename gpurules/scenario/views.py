"""A world at its moments, as Prometheus has it for the rules under test: each moment is worked out once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from gpurules.rules.spec import RecordSpec
from gpurules.scenario.booking import DEFAULT, Key, RulesFor, Seen, Vm
from gpurules.scenario.claims import Claim, claims, shared_addresses
from gpurules.scenario.epochs import epochs
from gpurules.scenario.exposition import read_before, within
from gpurules.scenario.heard import INFO, heard, spoken
from gpurules.scenario.kube_state import Pod
from gpurules.scenario.model import Labels, Reading, World
from gpurules.scenario.quantities import BY_NAME
from gpurules.scenario.scrape import INTERVAL, LOOKBACK, StoredSeries
from gpurules.scenario.standing import Doubted, Launchers, Standing

MARGIN = 60
"""Seconds for which a node or an address must have been one's alone beyond the rate window, or the lookback."""


class Views:
    """The views of ``world`` for rules that were rendered for ``rules``."""

    def __init__(self, world: World, guests_honor: bool, rules: RulesFor = DEFAULT) -> None:
        self.world = world
        self.guests_honor = guests_honor
        self.rules = rules
        self._epochs = epochs(world.cluster)
        self._standings: dict[tuple[int, Launchers], Standing] = {}
        self._views: dict[float, View] = {}
        self._spoken: tuple[StoredSeries, ...] = ()
        self._spoken_until: float = -1

    def at(self, moment: float) -> View:
        """The view at ``moment``."""
        if moment not in self._views:
            self._views[moment] = View(self, moment)
        return self._views[moment]

    def standing(self, moment: float) -> Standing:
        """How things stand in the epoch of ``moment``."""
        key = self._epochs.of(moment), self._still_named(moment)
        if key not in self._standings:
            self._standings[key] = Standing(self.world, moment, self.guests_honor, self.rules, key[1])
        return self._standings[key]

    def _still_named(self, moment: float) -> Launchers:
        """Of the launchers that whoever leads now does not see, those that are named by one that led and is heard."""
        stays = ((machine, machine.stay(moment)) for machine in self.world.cluster.machines)
        if not any(stay and stay.overlooked and not stay.named(moment) for _, stay in stays):
            return frozenset()
        infos = (one for one in heard(self.spoken(moment), moment) if one["__name__"] == INFO and "vmi_pod" in one)
        believed = (one for one in infos if self.rules.observed or "exported_namespace" not in one)
        return frozenset((one["namespace"], one["name"], one["vmi_pod"]) for one in believed)

    @cached_property
    def clusters(self) -> dict[str, Views]:
        """Each cluster by itself, by name."""
        here = replace(self.rules, cluster_label="")
        return {
            name: Views(replace(self.world, cluster=cluster, others={}), self.guests_honor, here)
            for name, cluster in self.world.clusters.items()
        }

    def spoken(self, moment: float) -> tuple[StoredSeries, ...]:
        """What is stored of KubeVirt and kube-state-metrics by ``moment``, and what will be by the end."""
        if moment > self._spoken_until:
            self._spoken_until = max(moment, self.world.end)
            self._spoken = spoken(self.world.cluster, self._spoken_until)
        return self._spoken


class View:
    """The cluster at one moment as Prometheus has it, for rules that were rendered for ``rules``."""

    def __init__(self, views: Views, moment: float) -> None:
        self.views = views
        self.world = views.world
        self.moment = moment
        self.rules = views.rules
        self.standing = views.standing(moment)
        self.added_up: dict[RecordSpec, Mapping[Labels, Fraction]] = {}
        """What records that are sums over time add up at this moment."""
        self._values: dict[tuple[str, bool], tuple[tuple[Vm, Seen, Reading, Fraction], ...]] = {}

    def of(self, source: str) -> tuple[tuple[Key, Seen], ...]:
        """The series of a source, with their keys."""
        return self.standing.of(source)

    @property
    def told(self) -> bool:
        """Whether a component that the rules read tells of VMs."""
        return self.standing.told

    @property
    def watched(self) -> bool:
        """Whether kube-state-metrics tells of pods."""
        return self.standing.watched

    @property
    def holders(self) -> tuple[Pod, ...]:
        """The running launcher pods with a GPU."""
        return self.standing.holders

    @cached_property
    def heard(self) -> tuple[dict[str, str], ...]:
        """The labels of every series of KubeVirt and kube-state-metrics that is shown."""
        return tuple(heard(self.views.spoken(self.moment), self.moment))

    def senders(self, source: str) -> frozenset[Key]:
        """The keys of ``source`` that were seen at an evaluation within the rate window."""
        return self._sent[source]

    @property
    def senders_settled(self) -> bool:
        """Whether it does not matter if the window holds both of its ends."""
        return self._sent == self._seen_within(self.rules.window)

    @cached_property
    def _sent(self) -> dict[str, frozenset[Key]]:
        return self._seen_within(self.rules.window - self.rules.evaluation)

    def _seen_within(self, window: int) -> dict[str, frozenset[Key]]:
        """The keys of each source that were seen at one of the evaluations of the last ``window`` seconds."""
        step = self.rules.evaluation
        last = int(self.moment // step) * step
        standings = {
            self.views.standing(moment)
            for moment in range(last, max(last - window, 0) - 1, -step)
            if moment == last or not within(self.world.cluster.outages, moment)
        }
        return {
            source: frozenset[Key]().union(*(standing.keys[source] for standing in standings))
            for source in self.rules.sources
        }

    @cached_property
    def recent(self) -> dict[str, set[Key]]:
        """The pods that had a GPU on each node when kube-state-metrics was scraped of late."""
        found: dict[str, set[Key]] = {}
        for standing in {self.views.standing(moment) for moment in self._of_late(INTERVAL)}:
            for node, pod in standing.on_nodes:
                found.setdefault(node, set()).add(pod)
        return found

    def _of_late(self, step: int) -> Iterator[int]:
        """The moments of late, ``step`` seconds apart, at which Prometheus ran."""
        first = max(self.moment - max(self.rules.window, LOOKBACK) - MARGIN, 0)
        for moment in range(-int(-first // step) * step, int(self.moment) + 1, step):
            if not within(self.world.cluster.outages, moment):
                yield moment

    @cached_property
    def contenders(self) -> dict[str, set[Key]]:
        """Of the addresses that VMs share: who had each of late, while GPU series came from it."""
        found: dict[str, set[Key]] = {}
        shared = shared_addresses(self.world.cluster)
        # Rules that read no records ask who had the address of late, and who sends now.
        for moment in self._of_late(INTERVAL if self.rules.inline else self.rules.evaluation) if shared else ():
            then = self.views.at(moment)
            sending = {key[0] for key in (self if self.rules.inline else then).senders("address")} & shared
            for address, *vm in claims(then.heard, self.rules.observed) if sending else ():
                if address in sending:
                    found.setdefault(address, set()).add(tuple(vm))
        return found

    def claimed(self) -> Iterator[Claim]:
        """Who has which of the addresses that GPU series come from."""
        sending = {key[0] for key in self.senders("address")}
        return (claim for claim in claims(self.heard, self.rules.observed) if claim[0] in sending)

    @cached_property
    def _doubted(self) -> Doubted:
        """The nodes and addresses that were not one's alone of late, as far as it matters."""
        nodes = {pod.stay.node for pod in self.holders} if "node" in self.rules.sources else set[str]()
        contenders = self.contenders if "address" in self.rules.sources else {}
        return frozenset(
            (
                *(("node", node) for node in nodes if len(self.recent.get(node, ())) != 1),
                *(("address", address) for address, vms in contenders.items() if len(vms) > 1),
            )
        )

    def vm(self, source: str, key: Key) -> Vm | None:
        """What a key of ``source`` stands for."""
        return self.standing.vm(source, key, self._doubted)

    @property
    def booked(self) -> tuple[tuple[Vm, Seen], ...]:
        """Every GPU under the VM that it is booked on, as often as it is sent, the preferred source first."""
        return self.standing.booked(self._doubted)

    @property
    def contradictory(self) -> bool:
        """Whether two exporters describe a GPU differently."""
        return self.standing.contradictory(self._doubted)

    def devices(self) -> dict[tuple[Vm, str, str], list[Seen]]:
        """The GPUs of each VM, each once, with all that send it."""
        return self.standing.devices(self._doubted)

    def values(self, name: str, rated: bool) -> Sequence[tuple[Vm, Seen, Reading, Fraction]]:
        """Each GPU's number of a field in the base unit."""
        if (name, rated) not in self._values:
            self._values[name, rated] = tuple(self._worked_out(name, rated))
        return self._values[name, rated]

    def _worked_out(self, name: str, rated: bool) -> list[tuple[Vm, Seen, Reading, Fraction]]:
        quantity = BY_NAME[name]
        read = read_before(self.world.cluster, self.moment)
        found: list[tuple[Vm, Seen, Reading, Fraction]] = []
        for (vm, _, _), senders in self.devices().items():
            sent = next(((gpu, reading) for gpu in senders if (reading := gpu.reading(name)) is not None), None)
            if sent is None:
                continue
            gpu, reading = sent
            raw = reading.per_second if rated else reading.at(read)
            if not (quantity.zero_is_absent and raw == 0):
                found.append((vm, gpu, reading, Fraction(raw) * quantity.factor))
        return found
