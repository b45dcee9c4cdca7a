"""Findings with lines and columns: made only for what is reported."""

from __future__ import annotations

from dataclasses import dataclass

from gpurules.lint.finding import Finding, Place, Severity
from gpurules.lint.sources.positions import file_span
from gpurules.text.span import Location, SourceText, Span


@dataclass(frozen=True, slots=True)
class Region:
    """A range in a file: lines and columns count from 1, the end is one past the last character."""

    source: SourceText
    span: Span
    start: Location
    end: Location


@dataclass(frozen=True, slots=True)
class Located:
    """A finding as a person sees it. ``reasons``: second places, and what happened there."""

    check: str
    severity: Severity
    message: str
    advice: str
    region: Region
    reasons: tuple[tuple[Region, str], ...]
    rule: str
    fixable: bool


def locate(finding: Finding) -> Located:
    """The finding with lines and columns."""
    rule = finding.rule
    what = ""
    if rule is not None and rule.name:
        what = f"{'record' if rule.record is not None else 'alert'} {rule.name}"
    return Located(
        finding.check,
        finding.severity,
        finding.message,
        finding.advice,
        region(finding.place),
        tuple((region(reason.place), reason.text) for reason in finding.reasons),
        what,
        bool(finding.edits),
    )


def region(place: Place) -> Region:
    """The lines and columns of a place."""
    span = file_span(place)
    source = place.source
    return Region(source, span, source.locate(span.start), source.locate(span.end))
