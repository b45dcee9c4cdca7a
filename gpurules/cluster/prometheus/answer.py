"""What a Prometheus answers, decoded. Moments are seconds since 1970."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Sample:
    """One series of an instant query, the metric's name among its labels."""

    labels: Mapping[str, str]
    moment: float
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a range query: (moment, value) in the order of time."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class LoadedRule:
    """A rule that the server evaluates: ``record`` or ``alert`` is its name, the other is empty.

    ``interval``: seconds, of its group; 0 where the server does not say. ``health``: ``ok``, ``err`` or ``unknown``.
    ``last_evaluation``: 0 where it never was.
    """

    group: str
    file: str
    interval: float
    record: str
    alert: str
    expression: str
    labels: Mapping[str, str]
    health: str
    last_error: str
    evaluation_seconds: float
    last_evaluation: float


@dataclass(frozen=True, slots=True)
class Target:
    """An active scrape target: its ``labels``, and what was ``discovered`` before relabelling.

    ``health``: ``up``, ``down`` or ``unknown``. ``scrape_interval``: seconds; 0 where the server does not say.
    """

    pool: str
    labels: Mapping[str, str]
    discovered: Mapping[str, str]
    health: str
    last_error: str
    scrape_interval: float


class Flavour(StrEnum):
    """Which program answers the API of Prometheus."""

    PROMETHEUS = "prometheus"
    THANOS = "thanos"
    MIMIR = "mimir"
    VICTORIAMETRICS = "victoriametrics"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Build:
    """The program and its version; empty where it does not say, or says another program's."""

    flavour: Flavour
    version: str
