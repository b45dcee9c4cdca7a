"""How each GPU series joins on each collection path: a pure function of what was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gpurules.doctor.keys import key_of
from gpurules.doctor.model import PathJoin, Reason
from gpurules.doctor.questions.devices import Device
from gpurules.rules.identity import identity_of
from gpurules.rules.label_names import LAUNCHER_PATTERN, POD
from gpurules.rules.paths.path import Source

LAUNCHER_PREFIX = LAUNCHER_PATTERN.removesuffix(".+")
COMPUTE = ("", "compute")
"""The container of virt-launcher, or none named: whoever was scraped there sits in the guest."""

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Vm:
    """A virtual machine, the node it runs on, and the cluster where a store holds several."""

    namespace: str
    name: str
    node: str = ""
    cluster: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it, wherever it runs."""
        return self.cluster, self.namespace, self.name

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class PathSource:
    """A source of a path with the identity that serves it here; ``served``: whether anything does."""

    path: str
    source: Source
    served: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """What one identity says now: the VMs of each key, and of each key that means several things who shares it.

    ``cluster``: the label that tells clusters apart, or nothing; its value stands before the key.
    """

    vms: Mapping[Key, tuple[Vm, ...]] = field(default_factory=dict)
    shared: Mapping[Key, tuple[Vm, ...]] = field(default_factory=dict)
    cluster: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One GPU series on one path: the VMs that it joins, and why not exactly one (empty where it does)."""

    path: str
    source: Source
    device: Device
    key: Key
    vms: tuple[Vm, ...]
    reason: str = ""

    @property
    def vm(self) -> Vm | None:
        """The VM, where it is exactly one."""
        return self.vms[0] if len(self.vms) == 1 else None


def _of_launcher(device: Device) -> bool:
    return device.own(POD).startswith(LAUNCHER_PREFIX)


def _in_guest(device: Device, source: Source) -> bool:
    return _of_launcher(device) and device.own("container") in COMPUTE


def _beside(device: Device, source: Source) -> bool:
    return _of_launcher(device) and device.own("container") not in COMPUTE


def _mapped(device: Device, source: Source) -> bool:
    # Without a target nothing tells a mapped pod from a scraped one.
    return not _of_launcher(device) and (source.name != "pod" or device.target is not None)


def _of_exporter(device: Device, source: Source) -> bool:
    return bool(device.own(POD))


def _from_outside(device: Device, source: Source) -> bool:
    return not device.own(POD)


def _unmapped(device: Device, source: Source) -> bool:
    return device.target is None or device.labels.get(POD) == device.own(POD)


COMES_BY: Mapping[str, Callable[[Device, Source], bool]] = {
    "pod-network": _in_guest,
    "vsock-sidecar": _beside,
    "vsock-exporter": _of_exporter,
    "host": _mapped,
    "remote": _from_outside,
    "single-vm-node": _unmapped,
}
"""Paths share sources: whether a series that a source reads came by the path. One line for each path."""

Explain = Callable[[PathSource, Device, Key], str]
"""Why a key joins nothing."""


def carried(one: PathSource, device: Device) -> Key | None:
    """The key that ``device`` has for a source of a path, if it came by that path."""
    if not COMES_BY[one.path](device, one.source):
        return None
    key = key_of(one.source, device.labels)
    identity = identity_of(one.source)
    if key is not None and POD in identity.key and not key[identity.key.index(POD)].startswith(LAUNCHER_PREFIX):
        return None
    return key


def outcomes(
    sources: Sequence[PathSource], devices: Iterable[Device], relations: Mapping[str, Relation], explain: Explain
) -> tuple[Outcome, ...]:
    """How every series joins, on every path whose identity it carries; the paths in the order of ``sources``."""
    found = []
    for device in devices:
        for one in sources:
            key = carried(one, device)
            if key is not None:
                found.append(_outcome(one, device, key, relations, explain))
    return tuple(found)


def _outcome(one: PathSource, device: Device, key: Key, relations: Mapping[str, Relation], explain: Explain) -> Outcome:
    identity = identity_of(one.source)
    relation = relations.get(identity.name, Relation())
    whole = (*(device.labels.get(label, "") for label in relation.cluster), *key)
    vms = relation.shared.get(whole) or relation.vms.get(whole, ())
    if not vms:
        return Outcome(one.path, one.source, device, key, (), explain(one, device, key))
    if len(vms) == 1:
        return Outcome(one.path, one.source, device, key, vms)
    several = f"{_several(identity.key, key)}: {', '.join(str(vm) for vm in vms[:3])}"
    return Outcome(one.path, one.source, device, key, vms, several)


def _several(labels: tuple[str, ...], key: Key) -> str:
    return f"several VMs share the {' and '.join(labels)} {'/'.join(key)}"


def joined(found: Iterable[Outcome]) -> dict[Device, Outcome]:
    """For each device that joins exactly one VM, how: by the first path that does."""
    best: dict[Device, Outcome] = {}
    for one in found:
        if one.vm is not None:
            best.setdefault(one.device, one)
    return best


def path_joins(paths: Iterable[str], found: Sequence[Outcome]) -> tuple[PathJoin, ...]:
    """The numbers of each path, whether anything came by it or not."""
    return tuple(_path_join(path, [one for one in found if one.path == path]) for path in paths)


def _path_join(path: str, found: Sequence[Outcome]) -> PathJoin:
    by_device: dict[Device, Outcome] = {}
    for one in found:
        # A path with two sources: the one that joins counts.
        if one.device not in by_device or (by_device[one.device].vm is None and one.vm is not None):
            by_device[one.device] = one
    results = list(by_device.values())
    reasons = Counter(_without_names(one) for one in results if one.vm is None)
    return PathJoin(
        path,
        len(results),
        sum(1 for one in results if one.vm is not None),
        sum(1 for one in results if not one.vms),
        sum(1 for one in results if len(one.vms) > 1),
        len({one.vm for one in results if one.vm is not None}),
        tuple(Reason(text, count) for text, count in reasons.most_common()),
    )


def _without_names(one: Outcome) -> str:
    """The reason without what differs from key to key."""
    if len(one.vms) > 1:
        return f"several VMs share the {' and '.join(identity_of(one.source).key)}"
    return one.reason
