"""Servers for doctor's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

import components


@pytest.fixture(scope="session")
def prometheus() -> Path:
    """The oldest Prometheus there is."""
    return components.require("prometheus")


@pytest.fixture(scope="session")
def victoria() -> Path:
    """VictoriaMetrics, from the package that holds vmalert."""
    return components.require("victoria-metrics-1.112")
