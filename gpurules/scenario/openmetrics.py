"""The same world as text: the pages that live components would serve, and OpenMetrics with time stamps for a TSDB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gpurules.scenario.exposition import pages
from gpurules.scenario.model import Cluster, Labels, labels_of
from gpurules.scenario.scrape import INTERVAL, Stale, honors, merged, stored
from gpurules.scenario.target import Sample, Target


def pages_at(cluster: Cluster, moment: float) -> dict[Target, str | None]:
    """What each target answers at ``moment``, in Prometheus' text format; None where it does not answer."""
    return {target: None if samples is None else page(samples) for target, samples in pages(cluster, moment).items()}


def page(samples: Iterable[Sample]) -> str:
    """An exposition without time stamps, the lines of one metric together."""
    by_metric: dict[str, list[str]] = {}
    for sample in samples:
        metric, labels = split(sample.labels)
        by_metric.setdefault(metric, []).append(f"{metric}{labels} {sample.value!r}")
    lines = (line for metric, rows in by_metric.items() for line in (f"# TYPE {metric} untyped", *rows))
    return "\n".join(lines) + "\n" if by_metric else ""


def backfill(cluster: Cluster, guests_honor: bool, start: int, seconds: int, interval: int = INTERVAL) -> Iterator[str]:
    """Lines of OpenMetrics for ``promtool tsdb create-blocks-from openmetrics``: what a Prometheus that scraped for
    ``seconds`` from ``start`` (since the epoch) has stored. Stale markers cannot be written in this format.
    """
    by_metric: dict[str, list[str]] = {}
    for series in stored(cluster, guests_honor, seconds, interval):
        metric, labels = split(series.labels)
        rows = by_metric.setdefault(metric, [])
        rows.extend(
            f"{metric}{labels} {point!r} {start + tick * interval}"
            for tick, point in sorted(series.points.items())
            if not isinstance(point, Stale)
        )
    for metric, rows in by_metric.items():
        yield f"# TYPE {metric} gauge\n"
        yield from (f"{row}\n" for row in rows)
    yield "# EOF\n"


def steady_backfill(
    cluster: Cluster, guests_honor: bool, start: int, seconds: int, interval: int = INTERVAL
) -> Iterator[str]:
    """As :func:`backfill` for a cluster in which nothing happens, for large ones: each series is worked out once.

    The lines of one metric stand together, those of one series in the order of time.
    """
    step = cluster.collection
    before, after = pages(cluster, 0), pages(cluster, step)
    by_metric: dict[str, list[tuple[str, float, float]]] = {}
    for target, samples in before.items():
        own, honor = dict(target.labels), honors(target, guests_honor)
        for sample, later in zip(samples or (), after[target] or (), strict=True):
            metric, labels = split(labels_of(merged(own, dict(sample.labels), honor)))
            by_metric.setdefault(metric, []).append((metric + labels, sample.value, later.value - sample.value))
    moments = [(start + moment, moment // step) for moment in range(0, seconds + 1, interval)]
    for metric, rows in by_metric.items():
        yield f"# TYPE {metric} gauge\n"
        for series, value, growth in rows:
            yield "".join(f"{series} {value + growth * steps!r} {stamp}\n" for stamp, steps in moments)
    yield "# EOF\n"


def split(labels: Labels) -> tuple[str, str]:
    """The metric name, and the other labels in braces (nothing where there are none)."""
    name = next(value for label, value in labels if label == "__name__")
    pairs = ",".join(f'{label}="{escaped(value)}"' for label, value in labels if label != "__name__")
    return name, f"{{{pairs}}}" if pairs else ""


def escaped(value: str) -> str:
    """A label value as the text formats want it."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
