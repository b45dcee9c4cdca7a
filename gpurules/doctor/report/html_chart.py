"""Coverage over time as shapes: coordinates in a box of ``WIDTH`` by ``HEIGHT``, the origin at its top left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gpurules.doctor.model import Ambiguity, Coverage, CoveragePoint, Report
from gpurules.doctor.report.html_words import CELL, said, share

WIDTH, HEIGHT = 600.0, 100.0
GAP = 1.5
"""Steps without a point after which the line is broken."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One path's coverage. ``carried`` and ``joined`` are areas as SVG paths; ``top`` is the number at the top.

    ``now`` and ``worst``: sentences; ``worst_x``: where the worst moment is, None where all moments are alike.
    """

    path: str
    carried: str
    joined: str
    top: int
    now: str
    worst: str
    worst_x: float | None


@dataclass(frozen=True, slots=True)
class Strip:
    """When an identity was ambiguous: (x, width) of each stretch."""

    identity: str
    key: str
    minutes: str
    stretches: tuple[tuple[float, float], ...]


def charts(report: Report) -> list[Chart]:
    """One for each path that carried anything."""
    return [_chart(one, report) for one in report.coverage if any(point.carried for point in one.points)]


def strips(report: Report) -> list[Strip]:
    """One for each identity that was ambiguous."""
    return [_strip(one, report) for one in report.ambiguities if one.moments]


def ticks(report: Report) -> list[str]:
    """Moments at the left, the middle and the right of every chart."""
    form = "%H:%M" if report.since <= 2 * 86_400 else "%d %b"
    moments = (report.at - report.since, report.at - report.since / 2, report.at)
    return [datetime.fromtimestamp(moment, UTC).strftime(form) for moment in moments]


def _chart(coverage: Coverage, report: Report) -> Chart:
    points = sorted(coverage.points, key=lambda point: point.moment)
    top = max(point.carried for point in points)
    runs = list(_runs(points, coverage.step))
    counted = [point for point in points if point.carried]
    worst = min(counted, key=lambda point: point.joined / point.carried)
    steady = all(point.joined == point.carried for point in counted)
    last = points[-1]
    low = f"worst {share(worst.joined, worst.carried)} at {_clock(worst.moment, report)}"
    return Chart(
        path=said(coverage.path, CELL),
        carried="".join(_area(run, [point.carried for point in run], top, coverage.step, report) for run in runs),
        joined="".join(_area(run, [point.joined for point in run], top, coverage.step, report) for run in runs),
        top=top,
        now=f"{share(last.joined, last.carried)} now",
        worst="and at every moment" if steady else low,
        worst_x=None if steady else _x(worst.moment, report),
    )


def _strip(ambiguity: Ambiguity, report: Report) -> Strip:
    found: list[list[float]] = []
    for moment in sorted(ambiguity.moments):
        if found and moment - found[-1][1] <= GAP * ambiguity.step:
            found[-1][1] = moment
        else:
            found.append([moment, moment])
    stretches = []
    for first, last in found:
        left, right = _x(first - ambiguity.step, report), _x(last, report)
        stretches.append((_rounded(left), _rounded(max(right - left, 2.0))))
    key = said(", ".join(ambiguity.key), CELL)
    return Strip(said(ambiguity.identity, CELL), key, f"{ambiguity.minutes:,.0f} min", tuple(stretches))


def _runs(points: Sequence[CoveragePoint], step: float) -> Iterator[list[CoveragePoint]]:
    """Points without a gap between them."""
    run: list[CoveragePoint] = []
    for point in points:
        if run and point.moment - run[-1].moment > GAP * step:
            yield run
            run = []
        run.append(point)
    if run:
        yield run


def _area(run: Sequence[CoveragePoint], values: Sequence[int], top: int, step: float, report: Report) -> str:
    """The closed area under a line; each point stands for the step before it."""
    left = _x(run[0].moment - step, report)
    places = [(left, _y(values[0], top))]
    places += [(_x(point.moment, report), _y(value, top)) for point, value in zip(run, values, strict=True)]
    line = "".join(f"L{_rounded(x):g} {_rounded(y):g}" for x, y in places)
    return f"M{_rounded(left):g} {HEIGHT:g}{line}L{_rounded(places[-1][0]):g} {HEIGHT:g}Z"


def _x(moment: float, report: Report) -> float:
    return min(max((moment - (report.at - report.since)) / report.since, 0.0), 1.0) * WIDTH


def _y(value: int, top: int) -> float:
    return HEIGHT - (value / top * HEIGHT if top else 0.0)


def _rounded(number: float) -> float:
    return round(number, 1)


def _clock(moment: float, report: Report) -> str:
    form = "%H:%M" if report.since <= 86_400 else "%d %b %H:%M"
    return datetime.fromtimestamp(moment, UTC).strftime(form)
