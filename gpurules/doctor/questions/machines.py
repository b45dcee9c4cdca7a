"""Which virtual machines KubeVirt tells of, which release does, and by which emitters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gpurules.doctor.asking import ask
from gpurules.doctor.keys import matches
from gpurules.doctor.model import SAMPLES, Fact, Figure, Finding, Sample, Severity
from gpurules.doctor.question import Case, Question, Row, Stores, cluster_of
from gpurules.labels import kubevirt
from gpurules.promql.syntax.build import aggregate, matcher, number, selector
from gpurules.rules.identities.pods import LAUNCHERS, OWNER_METRIC
from gpurules.rules.identities.vms import EXPORTED_NAMESPACE, INFO_METRIC, NO_POD, RUNNING, VMI_POD
from gpurules.rules.label_names import LAUNCHER_PATTERN, NAME, NAMESPACE, NODE, POD, SCRAPE_INSTANCE
from gpurules.rules.request import Request

NAME_OF_QUESTION = "machines"
ADDRESSES = "kubevirt_vmi_status_addresses"
REQUESTS = "kube_pod_container_resource_requests"
POD_METRICS = (OWNER_METRIC, "kube_pod_info", "kube_pod_status_phase", REQUESTS)
_MARKERS = (ADDRESSES, "kubevirt_vmi_vnic_info", "kubevirt_vm_labels")
"""Metrics whose presence says that KubeVirt is not older."""
_ALWAYS_SET = (VMI_POD, "evictable", "outdated")
"""Labels that a running VM has wherever its release has them."""
_ON_LAUNCHER = (matcher(POD, "=~", LAUNCHER_PATTERN),)
_WHOLE_SERIES = 20
_LABELS = (NAMESPACE, NAME, NODE, "phase", VMI_POD, "job", SCRAPE_INSTANCE, POD, EXPORTED_NAMESPACE)


@dataclass(frozen=True, slots=True)
class Machines:
    """``rows``: every kubevirt_vmi_info, of every job, by the labels that matter. ``whole``: some with all labels.
    ``present``: (metric, job) of other metrics that identities read."""

    rows: tuple[Row, ...]
    whole: tuple[Row, ...]
    present: frozenset[tuple[str, str]]

    def has(self, metric: str) -> bool:
        """Whether there is a series of ``metric``."""
        return any(name == metric for name, _ in self.present)

    def within(self, cluster: str, request: Request) -> Machines:
        """Those of one cluster."""
        if not request.cluster:
            return self
        return replace(self, rows=tuple(row for row in self.rows if cluster_of(row, request) == cluster))

    @property
    def names_pod(self) -> bool:
        """Whether any VM's launcher pod is named."""
        return any(row.get(VMI_POD, "") not in ("", NO_POD) for row in self.rows if not matches(_ON_LAUNCHER, row))


async def _ask(stores: Stores, case: Case) -> Machines:
    at = case.scope.at
    labels = (*_LABELS, *case.scope.request.cluster)
    rows = await ask(stores.view, aggregate("group", labels, selector(INFO_METRIC)), at)
    whole = await ask(stores.view, aggregate("topk", (), selector(INFO_METRIC, *RUNNING), number(_WHOLE_SERIES)), at)
    ours = selector(None, matcher("__name__", "=~", "|".join(_MARKERS)))
    pods = selector(None, matcher("__name__", "=~", "|".join(POD_METRICS)), *LAUNCHERS)
    present = [
        (sample.labels.get("__name__", ""), sample.labels.get("job", ""))
        for series in (ours, pods)
        for sample in await ask(stores.view, aggregate("group", ("__name__", "job"), series), at)
    ]
    return Machines(
        tuple(sample.labels for sample in rows), tuple(sample.labels for sample in whole), frozenset(present)
    )


def own_rows(found: Machines, request: Request) -> tuple[Row, ...]:
    """The series that the configured selector believes, but for those that a guest wrote."""
    return tuple(row for row in found.rows if matches(request.info, row) and not matches(_ON_LAUNCHER, row))


def observer_rows(found: Machines, request: Request) -> tuple[Row, ...]:
    """The series of KubeVirt's observability controller: the VM's namespace is in exported_namespace."""
    return tuple(
        row
        for row in found.rows
        if row.get(EXPORTED_NAMESPACE) and not matches(request.info, row) and not matches(_ON_LAUNCHER, row)
    )


def guest_rows(found: Machines, request: Request) -> tuple[Row, ...]:
    """Series that were scraped on a launcher pod: a guest wrote them."""
    return tuple(row for row in found.rows if matches(_ON_LAUNCHER, row))


def other_jobs(found: Machines, request: Request) -> Counter[str]:
    """Jobs of series that are neither believed, nor the observability controller's, nor a guest's."""
    known = [id(row) for rows in (own_rows, observer_rows, guest_rows) for row in rows(found, request)]
    return Counter(row.get("job", "") for row in found.rows if id(row) not in known)


def effective(found: Machines, request: Request) -> Request:
    """``request`` with the selectors under which KubeVirt and kube-state-metrics are really there."""
    changed = request
    if not own_rows(found, request):
        others = other_jobs(found, request)
        if others:
            changed = replace(changed, info=(matcher("job", "=", others.most_common(1)[0][0]),))
    observers = observer_rows(found, request)
    if observers and not request.observer and not own_rows(found, changed):
        changed = replace(changed, observer=(matcher("job", "=", observers[0].get("job", "")),))
    jobs = sorted({job for metric, job in found.present if metric == OWNER_METRIC})
    if jobs and not any(matches(request.kube_state, {"job": job}) for job in jobs):
        changed = replace(changed, kube_state=(matcher("job", "=", jobs[0]),))
    return changed


def fitting_releases(found: Machines) -> tuple[str, ...]:
    """The KubeVirt releases whose labels and conventions the series show, the oldest first."""
    if not found.whole:
        return ()
    seen = {label for row in found.whole for label, value in row.items() if value}
    writes_none = any(value == NO_POD for row in (*found.whole, *found.rows) for value in row.values())
    present = {name for name, _ in found.present if name in _MARKERS}
    schemas = {
        release: {one.metric: one.type.possible for one in kubevirt.schemas(release)} for release in kubevirt.releases()
    }
    ever = frozenset().union(*(schema.get(INFO_METRIC, frozenset()) for schema in schemas.values()))
    return tuple(
        release for release, schema in schemas.items() if _fits(schema, seen & ever, present, writes_none, release)
    )


def _fits(
    schema: Mapping[str, frozenset[str]], seen: set[str], present: set[str], writes_none: bool, release: str
) -> bool:
    labels = schema.get(INFO_METRIC)
    if labels is None or not present <= schema.keys() or (writes_none and not kubevirt.writes_none(release)):
        return False
    return seen <= labels and all(label in seen for label in _ALWAYS_SET if label in labels)


def span_of(fitting: tuple[str, ...]) -> str:
    """Such as ``v1.5 to main``."""
    if not fitting:
        return "no known release"
    return fitting[0] if len(fitting) == 1 else f"{fitting[0]} to {fitting[-1]}"


def _findings(found: Machines, case: Case) -> Iterable[Finding]:
    request = case.scope.request
    if not found.rows:
        yield Finding(
            "no-kubevirt-series",
            Severity.ERROR,
            NAME_OF_QUESTION,
            f"There is no series of {INFO_METRIC}: nothing says which VM is which.",
            "Let this Prometheus scrape virt-controller (KubeVirt's ServiceMonitor prometheus-kubevirt-rules), or ask "
            "the one that does; KubeVirt has the metric from v1.3 on.",
        )
        return
    own, observers = own_rows(found, request), observer_rows(found, request)
    if not own and not (observers and request.observer):
        yield _unbelieved(found, request)
    yield from _release(found, case)
    if own and observers:
        yield Finding(
            "two-emitters",
            Severity.NOTE,
            NAME_OF_QUESTION,
            f"{INFO_METRIC} has two emitters: {len(own)} series of virt-controller and {len(observers)} of KubeVirt's "
            "observability controller, whose namespace label is not the VM's.",
            "Rules that gpurules renders read the first alone. Rules without a selector for the job count each VM "
            "twice, or fail with many-to-many matching.",
            (Figure("series of virt-controller", len(own)), Figure("series of the observer", len(observers))),
            _samples(observers, "the VM's namespace is in exported_namespace"),
        )


def _unbelieved(found: Machines, request: Request) -> Finding:
    jobs = other_jobs(found, request)
    others = observer_rows(found, request)
    there = ", ".join(sorted(jobs)) or ", ".join(sorted({row.get("job", "") for row in others})) or "guests alone"
    advice = "Set kubevirt.info_selector to the job that scrapes virt-controller."
    if others and not jobs:
        advice = "Set kubevirt.observer_selector to the job of KubeVirt's observability controller."
    written = ", ".join(f'{one.label.text}{one.op}"{one.value}"' for one in request.info)
    return Finding(
        "info-selector",
        Severity.ERROR,
        NAME_OF_QUESTION,
        f"No {INFO_METRIC} satisfies the selector {written}; {len(found.rows)} series are there, of {there}.",
        advice,
        (Figure("series that are not believed", len(found.rows)),),
        _samples(found.rows, "not believed"),
    )


def _release(found: Machines, case: Case) -> Iterable[Finding]:
    fitting = fitting_releases(found)
    assumed = case.scope.kubevirt
    said = case.scope.config.kubevirt.release
    if not fitting or _minor(assumed) in fitting:
        return
    if not said and kubevirt.has_launcher_pod(assumed) == found.names_pod:
        return
    yield Finding(
        "kubevirt-release",
        Severity.ERROR,
        NAME_OF_QUESTION,
        f"The labels of {INFO_METRIC} fit KubeVirt {span_of(fitting)}, not {assumed}, which the configuration "
        f"{'names' if said else 'takes for granted'}.",
        f"Set kubevirt.release to {fitting[-1]}.",
        (),
        _samples(found.whole, "its labels: " + ", ".join(sorted(found.whole[0]))),
    )


def _minor(release: str) -> str:
    return ".".join(release.split(".")[:2])


def _samples(rows: Iterable[Row], reason: str) -> tuple[Sample, ...]:
    return tuple(Sample(tuple(sorted((k, v) for k, v in row.items() if v)), reason) for row in list(rows)[:SAMPLES])


def _facts(found: Machines, case: Case) -> Iterable[Fact]:
    believed = own_rows(found, effective(found, case.scope.request)) or observer_rows(found, case.scope.request)
    namespace = EXPORTED_NAMESPACE if believed and believed[0].get(EXPORTED_NAMESPACE) else NAMESPACE
    labels = (*case.scope.request.cluster, namespace, NAME)
    running = {tuple(row.get(label) for label in labels) for row in believed if row.get("phase") == "running"}
    yield Fact("virtual machines", f"{len(running)} running")
    yield Fact("KubeVirt", span_of(fitting_releases(found)))
    emitters = Counter(row.get("job", "") for row in found.rows)
    yield Fact(f"{INFO_METRIC} of", ", ".join(f"{job} ({count} series)" for job, count in sorted(emitters.items())))
    jobs = sorted({job for metric, job in found.present if metric in POD_METRICS})
    yield Fact("kube-state-metrics", ", ".join(jobs) if jobs else "not here")


def findings(case: Case) -> tuple[Finding, ...]:
    """What is wrong here."""
    return tuple(_findings(case[QUESTION], case))


FINDS = {
    "no-kubevirt-series": "there is no `kubevirt_vmi_info`",
    "info-selector": "`kubevirt_vmi_info` is there, and not under the job that the configuration believes",
    "kubevirt-release": "its labels are those of another KubeVirt release",
    "two-emitters": "KubeVirt's observability controller (VEP 143) emits it as well",
}
"""The findings, for the documentation."""

QUESTION = Question(
    NAME_OF_QUESTION, "virtual machines, the KubeVirt release, and who emits them", _ask, FINDS, _findings, _facts
)
