"""Labels of dcgm-exporter's series, by entity, exporter release and scrape.

Tenants choose the exporter in their guests, its release and its counters, and a guest can send any label at all. So the
types are open and hold no key and no dependency; what they say is which labels to expect and what their values name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from gpurules.labels import domains
from gpurules.labels.schema import HonorLabels, MetricSchema
from gpurules.labels.scrape import EXPORTED, Target, stored
from gpurules.labels.tables import rows
from gpurules.promql.types import Kind, SeriesType, Unit
from gpurules.text.errors import InputError, Problem
from gpurules.text.terminal import safe

_RELEASE = re.compile(r"(?:\d{1,3}\.\d{1,3}\.\d{1,3}-)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})", re.ASCII)

ENTITIES = ("gpu", "link", "switch", "cpu", "cpu-core")
"""Entities whose series differ in labels; the exporter shows every other entity as a GPU."""

GUEST_PATHS = ("pod-network", "vsock-sidecar")
"""Collection paths on which the scrape target is the launcher pod itself."""

_DIMENSION_DOMAINS = {"xid": "xid", "err_code": "xid", "peer_gpu": domains.GPU_INDEX}


def exporter_number(release: str) -> tuple[int, int, int]:
    """The exporter's own version in ``4.5.3-4.8.2`` (DCGM's, then the exporter's) or ``4.8.2``; raises InputError."""
    match = _RELEASE.fullmatch(release.strip())
    if match is None:
        advice = "write it as in the image tag, such as 4.5.3-4.8.2"
        raise InputError(Problem(f'"{safe(release, 60)}" is no dcgm-exporter release', advice=advice))
    return int(match[1]), int(match[2]), int(match[3])


class ExposedLabel(NamedTuple):
    """A label of the exposition: its value ``domain``, ``first`` the exporter release that introduced it, and what it
    is there ``only_with``, such as a flag; domain and only_with may be empty."""

    domain: str
    first: str
    only_with: str


def exposed_labels(entity: str, exporters: Iterable[str] = ()) -> dict[str, ExposedLabel]:
    """The labels of ``entity`` in any of the ``exporters``; none: in any release.

    Raises InputError for a release that is none.
    """
    numbers = [exporter_number(release) for release in exporters]
    shown = entity if entity in ENTITIES else "gpu"
    found: dict[str, ExposedLabel] = {}
    for label, entities, first, gone, domain, condition in rows("labels", "dcgm_exporter.tsv"):
        since = exporter_number(first)
        until = exporter_number(gone) if gone else None
        if shown not in entities.split():
            continue
        if not numbers or any(since <= number and (until is None or number < until) for number in numbers):
            found[label] = ExposedLabel(domain, first, condition)
    return found


def target(*paths: str) -> Target:
    """The labels of the scrape target on the collection paths in use (design: collection paths and identities)."""
    targets = [_target(path) for path in paths]
    labels = frozenset().union(*(one.labels for one in targets))
    meanings = {
        label: domain
        for label in labels
        for domain in [_only({one.domains.get(label, "") for one in targets if label in one.labels})]
        if domain
    }
    certain = targets[0].certain.intersection(*(one.certain for one in targets[1:]))
    return Target(certain, labels - certain, meanings)


def _only(found: set[str]) -> str:
    return found.pop() if len(found) == 1 else ""


def _target(path: str) -> Target:
    meanings = {
        "container": "container-name",
        "endpoint": "endpoint-name",
        "instance": domains.SCRAPE_INSTANCE,
        "job": domains.SCRAPE_JOB,
        "namespace": domains.NAMESPACE,
        "pod": domains.LAUNCHER_POD if path in GUEST_PATHS else domains.EXPORTER_POD,
        "service": "service-name",
    }
    always = frozenset({"instance", "job"})
    in_cluster = frozenset({"namespace", "pod"})
    sometimes = frozenset({"container", "endpoint", "service"})
    if path in GUEST_PATHS:
        return Target(always | in_cluster, sometimes, meanings)
    if path == "remote":
        # Who pushes sets what he likes.
        return Target(frozenset(), always | sometimes | in_cluster, meanings)
    return Target(always, sometimes | in_cluster, meanings)


def dcgm_series_type(
    entity: str,
    *,
    exporters: Iterable[str] = (),
    honor_labels: HonorLabels = HonorLabels.AUTO,
    paths: tuple[str, ...] = ("pod-network",),
    unit: Unit | None = None,
    kind: Kind = Kind.UNKNOWN,
    dimensions: Iterable[str] = (),
    name: str = "",
    label_rows: Iterable[str] | None = None,
) -> SeriesType:
    """The type of a DCGM field's series as stored.

    ``entity``: what the field is measured on (``gpu``, ``link``, ...). ``exporters``: releases in use; none: any.
    ``unit``, ``kind``, ``dimensions`` (labels beyond the entity's own): of the field. ``name``: of the series; empty:
    unknown. ``label_rows``: the rows of type label in the counters file, where the caller vouches that no exporter adds
    any other label; None leaves the type open, which is the only sound choice for guests that tenants run.

    The domain of namespace and pod is what they name on these paths. Where the exposed label may win (honor_labels TRUE
    or AUTO) that is the exporter's claim: see ``untrusted_labels``. Raises InputError for a release that is none.
    """
    rows_of_label = None if label_rows is None else frozenset(label_rows)
    series = _scraped(entity, tuple(exporters), honor_labels, paths, frozenset(dimensions), rows_of_label)
    return series._replace(names=frozenset({name}) if name else None, unit=unit, kind=kind)


@cache
def _scraped(
    entity: str,
    exporters: tuple[str, ...],
    honor_labels: HonorLabels,
    paths: tuple[str, ...],
    dimensions: frozenset[str],
    label_rows: frozenset[str] | None,
) -> SeriesType:
    """What is the same for all fields of an entity; hundreds of them share it."""
    labels = exposed_labels(entity, exporters)
    exposed = SeriesType(
        open=label_rows is None,
        possible=frozenset(labels) | dimensions | (label_rows or frozenset()),
        domains={
            **{label: one.domain for label, one in labels.items() if one.domain},
            **{label: _DIMENSION_DOMAINS[label] for label in dimensions & _DIMENSION_DOMAINS.keys()},
        },
    )
    return stored(exposed, target(*paths), honor_labels)


def untrusted_labels(series: SeriesType, honor_labels: HonorLabels, path: str) -> frozenset[str]:
    """The labels of ``series`` whose values the scraped workload chooses.

    With honorLabels false the labels of the scrape target are Prometheus' own; otherwise a guest may overwrite any.
    """
    own = target(path).certain if honor_labels is HonorLabels.FALSE else frozenset()
    return series.possible - own


def dcgm_schema(
    metric: str,
    entity: str,
    *,
    exporters: Iterable[str] = (),
    honor_labels: HonorLabels = HonorLabels.AUTO,
    path: str = "pod-network",
    unit: Unit | None = None,
    kind: Kind = Kind.UNKNOWN,
    dimensions: Iterable[str] = (),
    label_rows: Iterable[str] | None = None,
    what: str = "",
    since: str = "",
) -> MetricSchema:
    """The schema of one DCGM series name; ``what`` is its help, the rest is as in ``dcgm_series_type``."""
    releases = tuple(exporters)
    labels = _as_stored(exposed_labels(entity, releases), honor_labels, path)
    series = dcgm_series_type(
        entity,
        exporters=releases,
        honor_labels=honor_labels,
        paths=(path,),
        unit=unit,
        kind=kind,
        dimensions=dimensions,
        name=metric,
        label_rows=label_rows,
    )
    return MetricSchema(
        metric=metric,
        type=series,
        emitter="dcgm-exporter",
        help=what,
        source=f"dcgm-exporter {', '.join(releases) or 'any release'}, path {path}, honorLabels {honor_labels.value}",
        since=since,
        notes=_notes(series, honor_labels, path),
        untrusted=untrusted_labels(series, honor_labels, path),
        introduced={label: one.first for label, one in labels.items()},
        only_with={label: one.only_with for label, one in labels.items() if one.only_with},
    )


def _as_stored(labels: Mapping[str, ExposedLabel], honor_labels: HonorLabels, path: str) -> dict[str, ExposedLabel]:
    """Labels that are there because of the exposition alone, under the names that they are stored with."""
    scraped = target(path)
    found = {label: one for label, one in labels.items() if label not in scraped.labels}
    if honor_labels is not HonorLabels.TRUE:
        found |= {EXPORTED + label: one for label, one in labels.items() if label in scraped.labels}
    return found


def _notes(series: SeriesType, honor_labels: HonorLabels, path: str) -> tuple[str, ...]:
    notes = ["Rows of type label in the counters file, and pod labels, add labels to these."] if series.open else []
    if {"Hostname", "hostname"} <= series.possible:
        notes.append("Hostname up to exporter 4.8.2, hostname from 4.8.3 on.")
    if path in GUEST_PATHS and honor_labels is HonorLabels.FALSE:
        notes.append("namespace and pod are the launcher pod's own; what the guest wrote there is in exported_*.")
    elif path in GUEST_PATHS:
        notes.append("namespace and pod may be what the guest wrote, so a guest can claim to be another tenant's VM.")
    return tuple(notes)
