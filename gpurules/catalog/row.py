"""What a reader finds in a file, before the catalog says what it means."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gpurules.text.errors import Problem
from gpurules.text.span import Location

Place = Callable[[int], Location]
"""Turns an offset in a text into the place where a person finds it."""

UNDECLARED = "untyped"
"""The declared type of a series whose page says none."""


class Row(NamedTuple):
    """One counter: the name as written, the declared type and help, and where name and type stand."""

    name: str
    declared_type: str
    help: str
    location: Location
    type_location: Location


class Rows(NamedTuple):
    """The rows of one file and all that is wrong with it. ``checks_types``: whether the exporter would check types."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    checks_types: bool = True
