"""Every GPU as each scrape target sends it, and the target's own labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gpurules.doctor.asking import ask, dcgm_series
from gpurules.doctor.model import Fact, Gpu, Labels
from gpurules.doctor.question import Case, Question, Row, Stores, cluster_of
from gpurules.promql.syntax.build import aggregate, binary, selector
from gpurules.rules.identity import MODEL, PCI_ADDRESS
from gpurules.rules.label_names import GPU, INSTANCE, NAME, NAMESPACE, NODE, POD, SCRAPE_INSTANCE, UUID
from gpurules.rules.request import Request
from gpurules.rules.series import OLD_UUID

NAME_OF_QUESTION = "devices"
VM_NAME_LABELS = (NAME, "vmi_kubevirt_io_id")
"""Labels that may hold a VM's name: the default of relabelling, and the pod label that podTargetLabels copies."""
TELLING = (PCI_ADDRESS,)
"""Labels that a release of the exporter brought."""
_DEVICE = (UUID, OLD_UUID, INSTANCE, GPU, MODEL, *TELLING)
_TARGET = ("job", SCRAPE_INSTANCE, NAMESPACE, POD, "container", NODE, *VM_NAME_LABELS)
_CLAIMED = ("exported_namespace", "exported_pod", "exported_name", "Hostname", "hostname")


_DULL = (MODEL, *TELLING)


@dataclass(frozen=True, slots=True, eq=False)
class Device:
    """One GPU or MIG instance as one target sends it; ``target``: labels of the target's ``up``, None where there is
    no such series, as with what was pushed. ``cluster`` is empty where no label tells clusters apart."""

    labels: Row
    target: Row | None
    cluster: str = ""

    @property
    def unit(self) -> tuple[str, str, str]:
        """What tells it from others: cluster, UUID and MIG instance."""
        return self.cluster, self.uuid, self.instance

    @property
    def uuid(self) -> str:
        """The UUID, whichever label holds it."""
        return self.labels.get(UUID) or self.labels.get(OLD_UUID, "")

    @property
    def instance(self) -> str:
        """The MIG instance, or nothing."""
        return self.labels.get(INSTANCE, "")

    def own(self, label: str) -> str:
        """The target's own label where it is known, else that of the series."""
        return (self.labels if self.target is None else self.target).get(label, "")

    def gpu(self, path: str) -> Gpu:
        """For the report."""
        labels = self.labels
        return Gpu(self.uuid, labels.get(GPU, ""), self.instance, labels.get(MODEL, ""), path)

    @property
    def shown(self) -> Labels:
        """The labels that tell where it came from, sorted."""
        return tuple(sorted((label, value) for label, value in self.labels.items() if value and label not in _DULL))


@dataclass(frozen=True, slots=True)
class Devices:
    """All of them."""

    all: tuple[Device, ...]

    @property
    def gpus(self) -> int:
        """How many GPUs and MIG instances, each once."""
        return len({device.unit for device in self.all})


async def _ask(stores: Stores, case: Case) -> Devices:
    scope = case.scope
    named = (scope.config.dcgm.vm_namespace_label, scope.config.dcgm.vm_name_label)
    selected = scope.config.dcgm.path_selectors.values()
    further = tuple(entry for text in selected for entry in _labels_matched(text))
    labels = tuple(dict.fromkeys((*_DEVICE, *_TARGET, *_CLAIMED, *named, *scope.request.cluster, *further)))
    series = dcgm_series(scope.request.dcgm)
    rows = await ask(stores.view, aggregate("group", labels, series), scope.at)
    scraped = ("job", SCRAPE_INSTANCE, *scope.request.cluster)
    whose = tuple(dict.fromkeys((*_TARGET, *named, *scope.request.cluster)))
    up = binary("and", aggregate("group", whose, selector("up")), aggregate("group", scraped, series), on=scraped)
    targets = {_values(one.labels, scraped): one.labels for one in await ask(stores.view, up, scope.at)}
    return Devices(devices_of((row.labels for row in rows), targets, scraped, scope.request))


def devices_of(
    rows: Iterable[Row], targets: Mapping[tuple[str, ...], Row], scraped: tuple[str, ...], request: Request
) -> tuple[Device, ...]:
    """The rows that tell of a GPU, each with its target by the labels ``scraped``."""
    found = (Device(row, targets.get(_values(row, scraped)), cluster_of(row, request)) for row in rows)
    return tuple(sorted((one for one in found if one.uuid), key=lambda one: one.shown))


def _values(row: Row, labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row.get(label, "") for label in labels)


def _labels_matched(text: str) -> Iterable[str]:
    from gpurules.rules.selectors import parse_matchers

    return (one.label.text for one in parse_matchers(text, "--path-selector"))


def _facts(found: Devices, case: Case) -> Iterable[Fact]:
    jobs = {device.own("job") for device in found.all}
    yield Fact("GPUs", f"{found.gpus} in {len(found.all)} GPU series of {len(jobs)} jobs")
    old = sum(1 for device in found.all if not device.labels.get(UUID))
    if old:
        yield Fact("label uuid", f"{old} GPU series (--use-old-namespace)")


QUESTION = Question(NAME_OF_QUESTION, "the GPUs, and which target sends them", _ask, facts=_facts)
