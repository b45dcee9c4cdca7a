"""The configuration, and the counters file, that fit what doctor found."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

from gpurules.app.rendering import render
from gpurules.catalog.load import load_catalog
from gpurules.catalog.writing import named_counters_csv
from gpurules.config.load import read_config, with_paths
from gpurules.config.model import Config
from gpurules.config.print import to_yaml
from gpurules.config.settings import validated
from gpurules.doctor.model import Metric, Report
from gpurules.text.errors import CheckFailed, InputError, Problem
from gpurules.text.span import SourceText
from gpurules.text.write import write_atomically

SHOWN = 8
"""Names of counters in a comment."""


def write_fitting(report: Report, config: str, counters: str) -> None:
    """Writes the files that are named, the configuration only after it has been rendered. Raises CheckFailed where
    nothing fits."""
    if config and counters:
        # Before anything is written.
        fitting_configuration(report)
    if counters:
        write_atomically(counters, arriving_counters(report))
    if config:
        write_atomically(config, fitting_configuration(report, os.path.dirname(config), counters))


def fitting_configuration(report: Report, folder: str = "", counters: str = "") -> str:
    """The recommended configuration for a file in ``folder``, with the counters file ``counters`` where one is named;
    it has been rendered once. Raises CheckFailed where there is none."""
    text = report.recommendation.config
    if not text:
        advice = "see the findings; nothing is written"
        raise CheckFailed(Problem("no GPU series joins a VM on any path: no configuration fits", advice=advice))
    try:
        config = validated(read_config(SourceText("the recommended configuration", text)))
        if counters:
            config = replace(config, dcgm=replace(config.dcgm, counters=(counters,)))
        render(config)
    except InputError as error:
        raise CheckFailed(error.problems) from None
    head = "".join(f"# {line}\n" for line in _remarks(report, counters))
    return f"{head}\n{to_yaml(seen_from(config, folder))}"


def seen_from(config: Config, folder: str) -> Config:
    """``config`` with every relative name of a file as a file in ``folder`` must write it."""
    if not folder:
        return config
    return with_paths(config, lambda name: name if os.path.isabs(name) else os.path.relpath(name, folder))


def arriving_counters(report: Report) -> str:
    """A counters file of the fields that some exporter sends, each under the name that most series have, and of those
    that come as labels. Raises CheckFailed where there are none."""
    by_name = load_catalog().by_name
    best: dict[str, Metric] = {}
    for one in report.metrics:
        if one.series and one.field and one.series > best.get(one.field, replace(one, series=0)).series:
            best[one.field] = one
    rows = [(one.name, by_name[one.name]) for one in best.values()]
    labels = [(name, by_name[name]) for name in report.label_fields if by_name[name].name not in best]
    if not rows:
        raise CheckFailed(Problem("no DCGM counter arrives: there is no counters file to write"))
    return named_counters_csv((*rows, *labels))


def _remarks(report: Report, counters: str) -> Iterable[str]:
    """What the file does not say by itself."""
    yield "Written by `gpurules doctor --write-config`: it fits what was found. Change it as you like."
    if counters:
        return
    missing = [one.name for one in report.metrics if one.selected and not one.series]
    more = [one.name for one in report.metrics if not one.selected and one.series and one.field]
    if missing:
        yield f"Selected counters that no exporter sends: {_some(missing)}."
    if more:
        yield f"Counters that are sent and not selected: {_some(more)}."
    if missing or more:
        yield "--write-counters FILE besides writes a file of those that arrive, and names it here."


def _some(names: list[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
