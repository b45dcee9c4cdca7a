"""Do the labels say the truth: honorLabels, guests that write labels or series of others, one GPU in two VMs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gpurules.doctor.model import SAMPLES, Fact, Figure, Finding, Sample, Severity
from gpurules.doctor.outcome import LAUNCHER_PREFIX, Outcome, Vm
from gpurules.doctor.question import Case, Question, Row, Stores, cluster_of
from gpurules.doctor.questions import devices, joining, machines
from gpurules.doctor.questions.devices import Device
from gpurules.rules.identities.vms import INFO_METRIC, VMI_POD
from gpurules.rules.label_names import NAMESPACE, POD, SCRAPE_INSTANCE
from gpurules.rules.request import Request

NAME = "trust"
_CLAIMS = ("exported_namespace", "exported_pod", "exported_name")


@dataclass(frozen=True, slots=True)
class Trust:
    """GPU series of launcher pods: ``overridden``, under other labels than their target's; ``claiming``, with labels of
    their own beside it that name another VM; ``labelled``, with such labels that name none. ``forged``: what guests
    send under the names of KubeVirt's metrics, or of kube-state-metrics'."""

    overridden: tuple[Device, ...]
    claiming: tuple[Device, ...]
    labelled: tuple[Device, ...]
    forged: tuple[Row, ...]
    honor: str


async def _ask(stores: Stores, case: Case) -> Trust:
    # Everything that it judges has been read before.
    return judge(case[devices.QUESTION].all, case[machines.QUESTION], case.scope.request)


def judge(all_devices: Sequence[Device], found: machines.Machines, request: Request) -> Trust:
    """Sorts the series of guests by what their labels claim."""
    guests = [one for one in all_devices if one.own(POD).startswith(LAUNCHER_PREFIX)]
    overridden = tuple(one for one in guests if _differs(one))
    exposing = [one for one in guests if any(one.labels.get(label) for label in _CLAIMS)]
    launchers = {
        (cluster_of(row, request), row.get(NAMESPACE, ""), row.get(VMI_POD, ""))
        for row in found.rows
        if row.get(VMI_POD)
    }
    claiming = tuple(
        one for one in exposing if (one.cluster, *_claimed(one)) in launchers and _claimed(one) != _own(one)
    )
    labelled = tuple(one for one in exposing if one not in claiming)
    jobs = {one.own("job") for one in guests}
    others = ({"__name__": metric, "job": job} for metric, job in sorted(found.present) if job in jobs)
    forged = (*({"__name__": INFO_METRIC, **row} for row in found.rows if _on_launcher(row)), *others)
    seen = {"true"} if overridden else set()
    seen |= {"false"} if exposing else set()
    return Trust(overridden, claiming, labelled, forged, " and ".join(sorted(seen)))


def _differs(device: Device) -> bool:
    return device.target is not None and _own(device) != (device.labels.get(NAMESPACE), device.labels.get(POD))


def _own(device: Device) -> tuple[str, str]:
    return device.own(NAMESPACE), device.own(POD)


def _claimed(device: Device) -> tuple[str, str]:
    return device.labels.get("exported_namespace", ""), device.labels.get("exported_pod", "")


def _on_launcher(row: Row) -> bool:
    return row.get(POD, "").startswith(LAUNCHER_PREFIX)


def _findings(found: Trust, case: Case) -> Iterable[Finding]:
    joins = case[joining.QUESTION]
    if found.overridden:
        yield _overridden(found.overridden, joins.joined)
    yield from _contested(joins.found, found.overridden)
    if found.claiming:
        yield Finding(
            "guest-claims-vm",
            Severity.WARNING,
            NAME,
            f"{len(found.claiming)} GPU series of guests name the launcher pod of another VM in labels of their own.",
            "honorLabels is false for them, so nothing is booked wrongly. Keep it so, and look at these guests.",
            (Figure("GPU series", len(found.claiming)),),
            tuple(Sample(one.shown, f"claims {'/'.join(_claimed(one))}") for one in found.claiming[:SAMPLES]),
        )
    if found.labelled:
        yield Finding(
            "guest-labels",
            Severity.NOTE,
            NAME,
            f"{len(found.labelled)} GPU series of guests carry a namespace or pod of their own, as those of a guest "
            "that is a Kubernetes node do.",
            "Keep honorLabels false on the scrape of guests: with true these labels would hide the VM.",
            (Figure("GPU series", len(found.labelled)),),
            tuple(Sample(one.shown, f"says {'/'.join(_claimed(one))}") for one in found.labelled[:SAMPLES]),
        )
    if found.forged:
        yield _forged(found.forged)
    yield from _shared(joins.joined)
    yield from _twice(joins.joined)


def _overridden(series: Sequence[Device], joined: dict[Device, Outcome]) -> Finding:
    elsewhere = [one for one in series if one in joined]
    return Finding(
        "labels-overridden",
        Severity.ERROR,
        NAME,
        f"honorLabels is true where guests are scraped: {len(series)} GPU series carry another namespace or pod than "
        f"their target, and {len(elsewhere)} of them are booked on the VM that they name.",
        "Set honorLabels to false on the monitors of guests; target labels then win, whatever a guest writes.",
        (Figure("GPU series", len(series)), Figure("booked on another VM", len(elsewhere))),
        tuple(Sample(one.shown, f"was scraped on {'/'.join(_own(one))}") for one in series[:SAMPLES]),
    )


def _contested(found: Iterable[Outcome], overridden: Sequence[Device]) -> Iterable[Finding]:
    """Launcher pods with series of several addresses, where no target could tell whose they are."""
    addresses: dict[tuple[str, ...], set[str]] = {}
    known = set(overridden)
    for one in found:
        if one.source.name == "pod" and one.device not in known:
            addresses.setdefault((one.device.cluster, *one.key), set()).add(one.device.labels.get(SCRAPE_INSTANCE, ""))
    contested = sorted(key for key, seen in addresses.items() if len(seen) > 1)
    if contested:
        yield Finding(
            "launcher-contested",
            Severity.ERROR,
            NAME,
            f"The GPU series of {len(contested)} launcher pods come from more than one address: some are another's.",
            "Set honorLabels to false on the monitors of guests.",
            (Figure("launcher pods", len(contested)),),
            tuple(
                Sample(((NAMESPACE, key[1]), (POD, key[2])), f"sent from {', '.join(sorted(addresses[key])[:3])}")
                for key in contested[:SAMPLES]
            ),
        )


def _forged(rows: Sequence[Row]) -> Finding:
    return Finding(
        "forged-series",
        Severity.WARNING,
        NAME,
        f"{len(rows)} series under names of KubeVirt's or kube-state-metrics' are sent by guests.",
        "Rules must believe such metrics of the configured jobs alone, as those that gpurules renders do; "
        "drop other names at the scrape of guests (metricRelabelings: keep DCGM_.*).",
        (Figure("series", len(rows)),),
        tuple(Sample(tuple(sorted((k, v) for k, v in row.items() if v)), "sent by a guest") for row in rows[:SAMPLES]),
    )


def _shared(joined: dict[Device, Outcome]) -> Iterable[Finding]:
    owners: dict[tuple[str, str], set[Vm]] = {}
    for device, one in joined.items():
        if one.vm is not None:
            owners.setdefault((device.cluster, device.uuid), set()).add(Vm(one.vm.namespace, one.vm.name))
    shared = sorted(gpu for gpu, vms in owners.items() if len(vms) > 1)
    if shared:
        yield Finding(
            "uuid-shared",
            Severity.WARNING,
            NAME,
            f"{len(shared)} GPU UUIDs are sent by more than one VM.",
            "A passed-through GPU is in one VM. One of them was cloned, or does not tell the truth; sums over the "
            "fleet count the GPU with each.",
            (Figure("UUIDs", len(shared)),),
            tuple(
                Sample((("UUID", gpu[1]),), "sent by " + ", ".join(str(vm) for vm in sorted(owners[gpu])))
                for gpu in shared[:SAMPLES]
            ),
        )


def _twice(joined: dict[Device, Outcome]) -> Iterable[Finding]:
    ways: dict[tuple[str, str, Vm], list[Device]] = {}
    for device, one in joined.items():
        if one.vm is not None:
            ways.setdefault((device.uuid, device.instance, one.vm), []).append(device)
    twice = [found for found in ways.values() if len({one.own("job") for one in found}) > 1]
    if twice:
        yield Finding(
            "scraped-twice",
            Severity.NOTE,
            NAME,
            f"{len(twice)} GPUs are scraped by more than one job.",
            "Rules that gpurules renders count them once; each further scrape costs its series.",
            (Figure("GPUs", len(twice)),),
            tuple(
                Sample(found[0].shown, "jobs " + ", ".join(sorted({one.own("job") for one in found})))
                for found in twice[:SAMPLES]
            ),
        )


def _facts(found: Trust, case: Case) -> Iterable[Fact]:
    yield Fact("honorLabels of guests", found.honor or "cannot be told: no guest writes labels of its own")


FINDS = {
    "labels-overridden": "honorLabels is true, and guests replace the labels of their target",
    "launcher-contested": "GPU series of one launcher pod come from several addresses",
    "guest-claims-vm": "a guest names another VM's launcher pod; honorLabels false keeps it harmless",
    "guest-labels": "guests write a namespace or pod of their own",
    "forged-series": "guests send series under KubeVirt's names",
    "uuid-shared": "several VMs send one GPU UUID",
    "scraped-twice": "a GPU is scraped by several jobs",
}
"""The findings, for the documentation."""

QUESTION = Question(NAME, "whether labels say the truth", _ask, FINDS, _findings, _facts)
