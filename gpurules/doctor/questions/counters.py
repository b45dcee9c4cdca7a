"""Which DCGM metrics there are, under which names, in which spelling of labels; and which are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gpurules.catalog.exporters import ExporterRelease, accepts, releases
from gpurules.doctor.asking import ask, dcgm_series
from gpurules.doctor.model import SAMPLES, Fact, Figure, Finding, Metric, Sample, Severity
from gpurules.doctor.question import Case, Question, Stores
from gpurules.doctor.questions import devices
from gpurules.labels.dcgm import exporter_number, exposed_labels
from gpurules.promql.syntax.build import aggregate, matcher, number, selector
from gpurules.promql.syntax.tree import Matcher
from gpurules.rules.request import MeasuredField

NAME = "counters"
HOSTNAMES = ("Hostname", "hostname")
WHOLE_SERIES = 20
"""Series whose labels are all read."""


@dataclass(frozen=True, slots=True)
class Counters:
    """How many series each metric has, by the spelling of the exporter's host label (``Hostname``, ``hostname``, or
    empty where a series has neither). ``label_fields``: fields that some series carry as labels, by name."""

    by_spelling: Mapping[str, Mapping[str, int]]
    label_fields: tuple[str, ...] = ()

    @property
    def series(self) -> dict[str, int]:
        """Series by metric name."""
        found: dict[str, int] = {}
        for names in self.by_spelling.values():
            for name, count in names.items():
                found[name] = found.get(name, 0) + count
        return found

    def of(self, names: Iterable[str]) -> int:
        """Series of any of ``names``."""
        series = self.series
        return sum(series.get(name, 0) for name in names)


async def _ask(stores: Stores, case: Case) -> Counters:
    scope = case.scope
    found: dict[str, dict[str, int]] = {}
    kinds: dict[str, tuple[Matcher, ...]] = {name: (matcher(name, "!=", ""),) for name in HOSTNAMES}
    kinds[""] = (matcher(HOSTNAMES[0], "=", ""), matcher(HOSTNAMES[1], "=", ""))
    for spelling, matchers in kinds.items():
        counted = aggregate("count", ("__name__",), dcgm_series((*matchers, *scope.request.dcgm)))
        samples = await ask(stores.view, counted, scope.at)
        if samples:
            found[spelling] = {sample.labels.get("__name__", ""): round(sample.value) for sample in samples}
    counters = Counters(found)
    return replace(counters, label_fields=await _label_fields(stores, case, counters.series))


async def _label_fields(stores: Stores, case: Case, series: Mapping[str, int]) -> tuple[str, ...]:
    """Fields that exporters write as labels: on some series of the metric that has the most."""
    if not series:
        return ()
    most = min(series, key=lambda name: (-series[name], name))
    some = aggregate("topk", (), selector(most, *case.scope.request.dcgm), number(WHOLE_SERIES))
    known = case.scope.catalog.by_name
    rows = await ask(stores.view, some, case.scope.at)
    return tuple(sorted({label for row in rows for label, value in row.labels.items() if value and label in known}))


def fitting_releases(names: Iterable[str], spelling: str) -> tuple[ExporterRelease, ...]:
    """The exporter releases that spell the host label so and can be told to export ``names``; names that no release
    knows say nothing."""
    known = [name for name in names if any(accepts(release, name) for release in releases())]
    return tuple(
        release
        for release in releases()
        if spelling in ("", release.hostname_label) and all(accepts(release, name) for name in known)
    )


def brings(release: ExporterRelease, labels: Iterable[str]) -> bool:
    """Whether an exporter release is new enough to write ``labels`` on its GPU series."""
    first = {label: one.first for label, one in exposed_labels("gpu").items()}
    number = exporter_number(release.name)
    return all(exporter_number(first[label]) <= number for label in labels if label in first)


def span_of(fitting: Sequence[ExporterRelease]) -> str:
    """Such as ``2.2.9-2.4.1 to 4.5.3-4.8.2``."""
    if not fitting:
        return "no known release"
    first, last = fitting[0].name, fitting[-1].name
    return first if first == last else f"{first} to {last}"


def _findings(found: Counters, case: Case) -> Iterable[Finding]:
    series = found.series
    if not series:
        yield Finding(
            "no-gpu-series",
            Severity.ERROR,
            NAME,
            "There is no series of dcgm-exporter at all.",
            "Scrape the exporters of the guests (gpurules scaffold prints the manifests), and see that "
            "dcgm.selector fits them.",
        )
        return
    yield from _missing(found, case)
    yield from _other_releases(found, case)


def _missing(found: Counters, case: Case) -> Iterable[Finding]:
    chosen = case.scope.request.fields
    missing = _absent(found, case)
    if not missing:
        return
    said = bool(case.scope.config.dcgm.counters)
    yield Finding(
        "counters-missing",
        Severity.WARNING,
        NAME,
        f"{len(missing)} of {len(chosen)} selected counters are sent by no exporter, under none of their names.",
        "Add them to the counters file of the exporters, or name with --counters the file that they use; "
        "--write-counters writes one of those that arrive.",
        (Figure("selected counters", len(chosen)), Figure("missing counters", len(missing))),
        tuple(
            Sample((("__name__", field.names[0]),), "in the counters file" if said else "among the exporter's defaults")
            for field in missing[:SAMPLES]
        ),
    )


def _other_releases(found: Counters, case: Case) -> Iterable[Finding]:
    configured = case.scope.config.dcgm.exporters
    if not configured:
        return
    for spelling, names in found.by_spelling.items():
        fitting = fitting_releases(names, spelling)
        if fitting and not any(release.name in configured or release.version in configured for release in fitting):
            yield Finding(
                "exporter-release",
                Severity.ERROR,
                NAME,
                f"{sum(names.values())} series come from another release of dcgm-exporter than is configured: "
                f"their names and labels fit {span_of(fitting)}, not {', '.join(configured)}.",
                "Set dcgm.exporters to the releases in use, or leave it empty for all of them.",
                (Figure("series", sum(names.values())),),
                (Sample((("__name__", min(names)),), f"host label {spelling or 'absent'}"),),
            )


def metrics_of(found: Counters, case: Case) -> tuple[Metric, ...]:
    """Every metric that is there, and every selected one that is not, by name."""
    catalog, chosen = case.scope.catalog.by_name, case.scope.request.fields
    selected = {name for one in chosen for name in (*one.names, *one.field.names)}
    there = [
        Metric(name, catalog[name].name if name in catalog else "", count, name in selected)
        for name, count in found.series.items()
    ]
    absent = [Metric(one.names[0], one.field.name, 0, True) for one in _absent(found, case)]
    return tuple(sorted((*there, *absent), key=lambda metric: metric.name))


def _absent(found: Counters, case: Case) -> list[MeasuredField]:
    return [one for one in case.scope.request.fields if not found.of({*one.names, *one.field.names})]


def _facts(found: Counters, case: Case) -> Iterable[Fact]:
    catalog = case.scope.catalog.by_name
    series = found.series
    yield Fact("DCGM metrics", f"{len(series)}, {sum(series.values())} series")
    both = [field.field.name for field in case.scope.request.fields if len([n for n in field.names if n in series]) > 1]
    if both:
        yield Fact("under two names", ", ".join(both))
    unknown = sorted(name for name in series if name not in catalog and not name.startswith("DCGM_EXP_"))
    if unknown:
        yield Fact("not known to the catalog", ", ".join(unknown[:SAMPLES]))
    for spelling, names in found.by_spelling.items():
        words = f"label {spelling}" if spelling else "no host label"
        labels = {
            label
            for device in case[devices.QUESTION].all
            if not spelling or device.labels.get(spelling)
            for label in devices.TELLING
            if device.labels.get(label)
        }
        fitting = [one for one in fitting_releases(names, spelling) if brings(one, labels)]
        yield Fact("dcgm-exporter", f"{span_of(fitting)} ({words})")
    more = [one for one in metrics_of(found, case) if not one.selected and one.field]
    if more:
        yield Fact("sent and not selected", f"{len(more)}: {', '.join(one.name for one in more[:SAMPLES])}")


def findings(case: Case) -> tuple[Finding, ...]:
    """What is wrong here."""
    return tuple(_findings(case[QUESTION], case))


FINDS = {
    "no-gpu-series": "there is no series of dcgm-exporter",
    "counters-missing": "selected counters that no exporter sends",
    "exporter-release": "series of another exporter release than is configured",
}
"""The findings, for the documentation."""

QUESTION = Question(NAME, "DCGM metrics, their names, and the releases that fit them", _ask, FINDS, _findings, _facts)
