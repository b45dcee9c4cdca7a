"""Labels of KubeVirt's metrics, v0.59 to v1.9 and main.

As stored by the Prometheus that KubeVirt's own ServiceMonitor feeds: it sets ``honorLabels``, so that the exposed
``namespace`` (that of the VM) stays, and adds container, endpoint, instance, job, pod and service of the component that
was scraped. The ``pod`` of kubevirt_vmi_info is therefore a virt-controller pod and never the VM's; ``vmi_pod`` is.
"""

from __future__ import annotations

import re
from functools import cache

from gpurules.labels import domains
from gpurules.labels.schema import HonorLabels, MetricSchema
from gpurules.labels.scrape import Target, stored
from gpurules.labels.tables import rows
from gpurules.promql.types import Dependency, Guard, Kind, SeriesType, Validity
from gpurules.promql.units import unit_named
from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean
from gpurules.text.terminal import safe

MAIN = "main"
NONE_SPELLING = "<none>"
"""How releases up to v1.5 spell a label without a value."""

POD_RECORDED = (Guard("vmi_pod", "!=", ""), Guard("vmi_pod", "!=", NONE_SPELLING))
"""What a selector of kubevirt_vmi_info must say to see only VMs with a launcher pod, in every release's spelling."""

_FIRST_OFFERED = "v1.0"
_PATCH = re.compile(r"v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,4}))?", re.ASCII)

_COMPONENT_POD = {
    "virt-controller": domains.CONTROLLER_POD,
    "virt-handler": domains.HANDLER_POD,
    "virt-api": domains.API_POD,
}

_DOMAINS = {
    "name": domains.VMI_NAME,
    "vmi": domains.VMI_NAME,
    "namespace": domains.NAMESPACE,
    "node": domains.NODE,
    "vmi_pod": domains.LAUNCHER_POD,
    "pod": domains.LAUNCHER_POD,
    "address": "ip-address",
    "uuid": "device-plugin-id",
    "resource": "resource-name",
    "phase": "vmi-phase",
    "last_phase": "vmi-phase",
    "vmim": "migration-name",
    "migration_name": "migration-name",
    "instance_type": "instancetype-name",
    "preference": "preference-name",
    "persistentvolumeclaim": "pvc-name",
}
"""Domain of each label on KubeVirt's expositions, where it means the same on all of them."""

_OTHER_DOMAINS = {
    "kubevirt_vm_resource_requests": {"resource": None},
    "kubevirt_vm_resource_limits": {"resource": None},
    "kubevirt_vmi_migration_phase_transition_time_from_creation_seconds": {"phase": None},
}
"""Labels that mean something else on these metrics: cpu or memory, the phase of a migration."""

_CERTAIN = {
    "name",
    "namespace",
    "vmi",
    "vmim",
    "phase",
    "evictable",
    "outdated",
    "migration_name",
    "snapshot_name",
}
"""Labels that are never empty where a metric has them: names of objects, and words that are always set."""

_CERTAIN_OF = {"kubevirt_vmi_gpu_info": {"node", "pod", "resource", "uuid"}}
"""Further ones: a device that the kubelet lists belongs to a pod and has an ID."""


@cache
def _known() -> tuple[str, ...]:
    """Every release that has a row of its own, oldest first, main last."""
    return tuple(dict.fromkeys(row[0] for row in rows("kubevirt", "releases.tsv")))


def releases() -> tuple[str, ...]:
    """The minor releases on offer, ``v1.0`` to the newest, and ``main`` last."""
    known = _known()
    return tuple(name for name in known[known.index(_FIRST_OFFERED) :] if name.count(".") < 2)


def newest() -> str:
    """The newest release known, which is not ``main``."""
    return releases()[-2]


def find(name: str) -> str:
    """The release whose labels those of ``name`` are: a minor release, a patch release that changed labels, or main.

    ``name`` is ``v1.6``, ``1.6``, ``v1.6.2`` or ``main``. A patch release has the labels of the last one before it that
    changed any; a minor release those of its first. Raises InputError with the nearest release.
    """
    wanted = name.strip()
    if wanted in _known():
        return wanted
    number = _number(wanted)
    if number:
        numbers = {known: _number(known) or number for known in _known() if known != MAIN}
        before = [known for known, other in numbers.items() if other[:2] == number[:2] and other <= number]
        if before:
            return before[-1]
    near = "" if number else did_you_mean(wanted, releases())
    advice = f"{near} {newest()} is the newest known, {_known()[0]} the oldest; {MAIN} is known as well".strip()
    raise InputError(Problem(f'there is no KubeVirt release "{safe(name, 60)}" here', advice=advice))


def _number(release: str) -> tuple[int, int, int] | None:
    match = _PATCH.fullmatch(release)
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def changes(release: str) -> tuple[str, ...]:
    """What is new about labels in ``release`` (a name that ``find`` returns), one sentence each."""
    return tuple(row[1] for row in rows("kubevirt", "releases.tsv") if row[0] == release)


def has_launcher_pod(release: str) -> bool:
    """Whether kubevirt_vmi_info of ``release`` names the launcher pod in ``vmi_pod`` (v1.5 and later)."""
    return any(row[0] == "kubevirt_vmi_info" and "vmi_pod" in row[4].split() for row in _rows_of(find(release)))


def presence(metric: str) -> tuple[tuple[str, str], ...]:
    """The spans of releases, first and last, in which ``metric`` exists with one set of labels each; main is last.

    ``metric`` as stored: for a histogram the name with ``_bucket``, ``_count`` or ``_sum``.
    """
    return _presences().get(metric, ())


@cache
def _presences() -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for row in rows("kubevirt", "metrics.tsv"):
        for name in _stored_names(row):
            found[name] = (*found.get(name, ()), (row[1], row[2]))
    return found


def follows(last: str, first: str) -> bool:
    """Whether a span of releases that begins with ``first`` goes on where one that ends with ``last`` stopped."""
    known = _known()
    return known.index(first) == known.index(last) + 1


def at_least(release: str, first: str) -> bool:
    """Whether ``release`` is ``first`` or a later one; both are names that ``find`` returns."""
    known = _known()
    return known.index(release) >= known.index(first)


def histogram_parts(metric: str) -> tuple[str, ...]:
    """The names under which a histogram is stored, or none where ``metric`` is no histogram of KubeVirt's."""
    parts = {_stored_names(row) for row in _history().get(metric, ())}
    return parts.pop() if len(parts) == 1 and parts != {(metric,)} else ()


def _rows_of(release: str) -> list[tuple[str, ...]]:
    order = {name: position for position, name in enumerate(_known())}
    at = order[release]
    return [row for row in rows("kubevirt", "metrics.tsv") if order[row[1]] <= at <= order[row[2]]]


def _stored_names(row: tuple[str, ...]) -> tuple[str, ...]:
    metric, _, _, form, _ = row
    return tuple(f"{metric}_{part}" for part in ("bucket", "count", "sum")) if form == "histogram" else (metric,)


@cache
def schemas(release: str) -> tuple[MetricSchema, ...]:
    """Every metric of ``release`` (any name that ``find`` accepts), sorted by name; raises InputError."""
    row = find(release)
    found = [schema for entry in _rows_of(row) for schema in _metric(row, entry)]
    return tuple(sorted(found, key=lambda schema: schema.metric))


def _metric(release: str, row: tuple[str, ...]) -> list[MetricSchema]:
    metric, _, _, form, labels = row
    _, emitters, kind, unit, what = _facts()[metric]
    emitters = "rule" if form == "rule" else emitters
    exposed = _exposed(metric, labels.split(), release)
    if metric == "kubevirt_vmi_info" and "vmi_pod" in exposed.possible:
        exposed = exposed._replace(dependencies=(_LAUNCHER_POD_FIXES,))
    if form != "histogram":
        exposed = exposed._replace(unit=unit_named(unit), kind=Kind(kind))
    parts = [(metric, exposed)]
    if form == "histogram":
        bucket = exposed._replace(possible=exposed.possible | {"le"}, certain=exposed.certain | {"le"})
        count = unit_named("count")
        parts = [
            (f"{metric}_bucket", bucket._replace(unit=count, kind=Kind.COUNTER)),
            (f"{metric}_count", exposed._replace(unit=count, kind=Kind.COUNTER)),
            (f"{metric}_sum", exposed._replace(unit=unit_named(unit), kind=Kind.COUNTER)),
        ]
    return [
        MetricSchema(
            metric=name,
            type=_scraped(series, emitters)._replace(names=frozenset({name})),
            emitter=emitters.replace(" ", " and "),
            help=what,
            source=f"KubeVirt {release}",
            since=presence(name)[0][0],
            notes=_notes(metric, exposed, release),
            introduced={label: first for label, first in _introduced(metric).items() if label in series.possible},
        )
        for name, series in parts
    ]


def _introduced(metric: str) -> dict[str, str]:
    """Each label that the exposition of ``metric`` ever had, and the first release that has it."""
    first: dict[str, str] = {}
    for row in sorted(_history()[metric], key=_position):
        for label in row[4].split():
            first.setdefault(label, row[1])
    return first


@cache
def _history() -> dict[str, list[tuple[str, ...]]]:
    """The rows of each metric, of a histogram under its one name."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in rows("kubevirt", "metrics.tsv"):
        found.setdefault(row[0], []).append(row)
    return found


def _position(row: tuple[str, ...]) -> int:
    return _known().index(row[1])


_LAUNCHER_POD_FIXES = Dependency(
    determinant=frozenset({"namespace", "vmi_pod"}),
    dependent=frozenset({"name", "node"}),
    validity=Validity.ALWAYS,
    guards=frozenset(POD_RECORDED),
)
"""KubeVirt creates a launcher pod, with a random suffix, for one VMI; the scheduler binds it to one node once and for
all; and vmi_pod is set only to a pod on the node that the series names."""


def _exposed(metric: str, labels: list[str], release: str) -> SeriesType:
    exact = frozenset(label for label in labels if not label.endswith("*"))
    overrides = _OTHER_DOMAINS.get(metric, {})
    meanings = {label: overrides.get(label, _DOMAINS.get(label)) for label in exact}
    return SeriesType(
        open=len(exact) != len(labels),
        possible=exact,
        certain=exact & (_CERTAIN | _CERTAIN_OF.get(metric, set())),
        domains={label: domain for label, domain in meanings.items() if domain},
    )


def _scraped(exposed: SeriesType, emitters: str) -> SeriesType:
    if emitters == "rule":
        return exposed
    pods = {_COMPONENT_POD[emitter] for emitter in emitters.split()}
    meanings = {
        "container": "container-name",
        "endpoint": "endpoint-name",
        "instance": domains.SCRAPE_INSTANCE,
        "job": domains.SCRAPE_JOB,
        "namespace": domains.NAMESPACE,
        "service": "service-name",
        **({"pod": pods.pop()} if len(pods) == 1 else {}),
    }
    labels = frozenset({"container", "endpoint", "instance", "job", "namespace", "pod", "service"})
    # The labels that are not known by name have a prefix of their own, so none of them hides one of the target's.
    series = stored(exposed._replace(open=False), Target(certain=labels, domains=meanings), HonorLabels.TRUE)
    return series._replace(open=exposed.open)


@cache
def _facts() -> dict[str, tuple[str, ...]]:
    return {row[0]: row for row in rows("kubevirt", "facts.tsv")}


def is_before(release: str, other: str) -> bool:
    """Whether ``release`` is older than ``other``; both have a row of their own."""
    known = _known()
    return known.index(release) < known.index(other)


def writes_none(release: str) -> bool:
    """Whether ``release`` writes ``<none>`` for a label without a value."""
    return is_before(release, "v1.6")


ALWAYS_EMPTY = frozenset(("kubevirt_vmi_status_addresses",))
"""Metrics whose labels without a value are empty in every release: an interface without an address has no address
(KubeVirt v1.4 to v1.9, type SystemInterface)."""


def _notes(metric: str, exposed: SeriesType, release: str) -> tuple[str, ...]:
    notes: list[str] = []
    if metric == "kubevirt_vmi_info":
        notes.append("pod is the virt-controller pod that was scraped, never the pod of the VM.")
        notes.append(
            "Two series of one VM are visible together for up to a minute when virt-controller's leader changes, "
            "so namespace and name are no key, not even at one instant."
        )
        if writes_none(release):
            notes.append('Labels without a value read "<none>"; from v1.6 on they are absent.')
        if "vmi_pod" in exposed.possible and writes_none(release):
            notes.append('A VM without a launcher pod has vmi_pod="<none>": filter it as well as the empty value.')
        elif "vmi_pod" in exposed.possible:
            notes.append('A VM without a launcher pod has no vmi_pod; v1.5 wrote vmi_pod="<none>".')
        else:
            notes.append("vmi_pod, the launcher pod, exists from v1.5 on.")
        notes.append(
            "kubevirt-observability-controller emits the same metric without honorLabels: there the VM's namespace "
            "is in exported_namespace. This schema describes virt-controller's series only."
        )
    if metric == "kubevirt_vmi_gpu_info":
        notes.append("No release up to v1.9.0 emits a series of it.")
        notes.append("uuid is the device-plugin ID (IOMMU group, PCI address or mdev UUID), never the UUID of a GPU.")
        notes.append("A later change adds the label name.")
    if metric == "kubevirt_vmi_phase_count" and release == "v1.0":
        notes.append("v1.0.0 emits no series of it; v1.0.1 does.")
    if metric in ("kubevirt_vmi_migration_succeeded", "kubevirt_vmi_migration_failed"):
        notes.append("The VM's name is in the label vmi.")
    if exposed.open:
        prefix = "label_" if metric == "kubevirt_vm_labels" else "kubernetes_vmi_label_"
        notes.append(f"One label {prefix}<key> for each label of the object.")
    return tuple(notes)
