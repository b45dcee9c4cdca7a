"""From the elements of an answer to what they mean. Everything raises Malformed for what no Prometheus answers."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from gpurules.cluster.prometheus.answer import LoadedRule, Sample, Series, Target
from gpurules.cluster.prometheus.elements import Malformed
from gpurules.text.duration import parse_duration
from gpurules.text.errors import InputError


class Shared:
    """Label names, label values and moments, each held once however many series carry it."""

    def __init__(self) -> None:
        self._strings: dict[str, str] = {}
        self._moments: dict[float, float] = {}

    def labels(self, found: Any) -> dict[str, str]:
        """Labels of a series."""
        keep = self._strings.setdefault
        if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
            raise Malformed("the answer holds labels that are none")
        return {keep(name, name): keep(value, value) for name, value in found.items()}

    def point(self, found: Any) -> tuple[float, float]:
        """``[moment, "value"]``."""
        try:
            moment, value = found
            seconds = float(moment)
            return self._moments.setdefault(seconds, seconds), float(value)
        except (TypeError, ValueError, OverflowError):
            raise Malformed("the answer holds a sample that is none") from None


def sample(element: Any, shared: Shared) -> Sample | None:
    """Of ``{"metric": labels, "value": [moment, "value"]}``; None where the value is a histogram."""
    value = _get(element, "value")
    if value is None:
        _require(isinstance(element, dict) and "histogram" in element)
        return None
    return Sample(shared.labels(_get(element, "metric")), *shared.point(value))


def series(element: Any, shared: Shared) -> Series:
    """Of ``{"metric": labels, "values": [...]}``; histograms have no points."""
    values = _get(element, "values")
    _require(isinstance(values, list) or (values is None and isinstance(element, dict) and "histograms" in element))
    points = tuple(shared.point(value) for value in values or ())
    return Series(shared.labels(_get(element, "metric")), points)


def rules(group: Any, shared: Shared) -> list[LoadedRule]:
    """The rules of one group of ``/api/v1/rules``."""
    found = _get(group, "rules")
    _require(isinstance(group, dict) and isinstance(found, list | None))
    return [_rule(group, rule, shared) for rule in found or ()]


def _rule(group: Mapping[str, Any], rule: Any, shared: Shared) -> LoadedRule:
    _require(isinstance(rule, dict))
    name = _text(rule, "name")
    alerting = _text(rule, "type") == "alerting"
    return LoadedRule(
        group=_text(group, "name"),
        file=_text(group, "file"),
        interval=_number(group, "interval"),
        record="" if alerting else name,
        alert=name if alerting else "",
        expression=_text(rule, "query"),
        labels=shared.labels(rule.get("labels") or {}),
        health=_text(rule, "health"),
        last_error=_text(rule, "lastError"),
        evaluation_seconds=_number(rule, "evaluationTime"),
        last_evaluation=_moment(_text(rule, "lastEvaluation")),
    )


def target(element: Any, shared: Shared) -> Target:
    """One of the active targets of ``/api/v1/targets``."""
    _require(isinstance(element, dict))
    discovered = shared.labels(element.get("discoveredLabels") or {})
    interval = _text(element, "scrapeInterval") or discovered.get("__scrape_interval__", "")
    return Target(
        pool=_text(element, "scrapePool"),
        labels=shared.labels(element.get("labels") or {}),
        discovered=discovered,
        health=_text(element, "health"),
        last_error=_text(element, "lastError"),
        scrape_interval=_seconds(interval),
    )


def _seconds(duration: str) -> float:
    try:
        return parse_duration(duration) / 1000 if duration else 0.0
    except InputError:
        return 0.0


def _moment(text: str) -> float:
    """Of RFC 3339; 0 for Go's zero time (year 1), and for what is no moment."""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    return moment.timestamp() if moment.year > 1 and moment.tzinfo else 0.0


def _text(holder: Mapping[str, Any], key: str) -> str:
    found = holder.get(key)
    _require(isinstance(found, str | None))
    return found or ""


def _number(holder: Mapping[str, Any], key: str) -> float:
    found = holder.get(key)
    _require(isinstance(found, int | float | None))
    try:
        return float(found or 0)
    except OverflowError:
        raise Malformed("the answer holds a number that is none") from None


def _get(holder: Any, key: str) -> Any:
    return holder.get(key) if isinstance(holder, dict) else None


def _require(fits: bool) -> None:
    if not fits:
        raise Malformed("the answer is not what a Prometheus answers")
