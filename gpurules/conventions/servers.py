"""The programs that evaluate rules and that a target can name."""

from __future__ import annotations

from enum import Enum


class Server(Enum):
    """A program that evaluates rules."""

    PROMETHEUS = "Prometheus"
    THANOS = "Thanos Ruler"
    VICTORIAMETRICS = "vmalert"
