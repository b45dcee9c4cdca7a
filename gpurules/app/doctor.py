"""Doctor: asks a Prometheus whether the correlation is true there, and writes what it found."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from gpurules.app.fitting import write_fitting
from gpurules.app.presets import levels_of
from gpurules.app.rendering import proved_rules
from gpurules.app.rule_request import as_exposed
from gpurules.app.sources import read_sources
from gpurules.cluster.prometheus.access import Access
from gpurules.cluster.prometheus.credentials import Said, headers_of
from gpurules.cluster.prometheus.store import open_store
from gpurules.config.model import Config
from gpurules.doctor.examine import examine, report_of
from gpurules.doctor.model import Report
from gpurules.doctor.question import Scope, Stores, Wanted
from gpurules.doctor.report.registry import FORMS
from gpurules.doctor.store import Counted
from gpurules.labels.schema import HonorLabels
from gpurules.rules.choice import choose
from gpurules.rules.request import Request
from gpurules.rules.selectors import parse_matchers
from gpurules.text.duration import parse_duration
from gpurules.text.errors import EXIT_DONE, EXIT_FINDINGS, InputError, Problem
from gpurules.text.write import require_place, write_atomically

SHORTEST, LONGEST = 600.0, 30 * 86_400.0
"""Seconds of the window."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What to look at, and what to write. ``rules``: what tells the rules, if neither of the others.
    ``since``: seconds; ``at``: seconds since 1970, 0 for now."""

    access: Access
    evaluator: Access | None = None
    rules: Access | None = None
    since: float = 86_400.0
    at: float = 0.0
    form: str = "text"
    output: str = "-"
    html: str = ""
    write_config: str = ""
    write_counters: str = ""
    width: int = 0


def run_doctor(config: Config, orders: Orders) -> int:
    """Examine and report; 0 where nothing is wrong, else 1.

    Raises InputError for a configuration that cannot be read, EnvironmentFault for a folder that is missing (before any
    server is asked), PrometheusFault where a server cannot be asked,
    CheckFailed where there is no configuration or no counter to write.
    """
    for place in (orders.output, orders.html, orders.write_config, orders.write_counters):
        require_place(place)
    report = replace(asyncio.run(examined(config, orders)), width=orders.width)
    write_atomically(orders.output, FORMS[orders.form].write(report))
    if orders.html:
        write_atomically(orders.html, FORMS["html"].write(report))
    write_fitting(report, orders.write_config, orders.write_counters)
    return EXIT_DONE if report.healthy else EXIT_FINDINGS


async def examined(config: Config, orders: Orders) -> Report:
    """The report."""
    scope = scope_of(config, orders.at or time.time(), orders.since)
    async with AsyncExitStack() as stack:
        view = await stack.enter_async_context(open_store(orders.access))
        second, third = [
            None if access is None else await stack.enter_async_context(open_store(access))
            for access in (orders.evaluator, orders.rules)
        ]
        stores = Stores(Counted(view), second and Counted(second), third and Counted(third))
        case = await examine(scope, stores)
        warnings = tuple(warning for one in (view, second, third) if one is not None for warning in one.warnings)
        evaluator = orders.evaluator.url if orders.evaluator else ""
        return report_of(case, stores, orders.access.url, evaluator, warnings)


def another_server(flag: str, url: str, headers: Sequence[str], view: Access) -> Access | None:
    """A further server, named by ``flag``, with headers of its own: nobody's secrets go to another server. None where
    none is named."""
    if not url:
        if headers:
            raise InputError(Problem(f"{flag}-header-file is there without {flag}", advice="name the server"))
        return None
    said = headers_of(Said(header_files=tuple(headers)), os.environ)
    plain = url.startswith(("http://", "k8s://"))
    return Access(
        url,
        said,
        ca="" if plain else view.ca,
        insecure=not plain and view.insecure,
        timeout=view.timeout,
        largest_series=view.largest_series,
        kubeconfig=view.kubeconfig,
        context=view.context,
        option=flag,
    )


def window_of(text: str) -> float:
    """The seconds of ``--since``. Raises InputError where it is no duration, or not between 10 minutes and 30 days."""
    try:
        seconds = parse_duration(text) / 1000
    except InputError as error:
        raise InputError(Problem(f"--since: {error.problems[0].message}", advice=error.problems[0].advice)) from None
    if not SHORTEST <= seconds <= LONGEST:
        raise InputError(
            Problem(f"--since {text} is out of bounds", advice="write such as 24h: at least 10m, at most 30d")
        )
    return seconds


def scope_of(config: Config, at: float, since: float) -> Scope:
    """What ``config`` says, in the words of the questions."""
    sources = read_sources(config)
    choice = choose(sources.selection, sources.catalog, sources.accepts, config.rules.fields, config.rules.entities)
    request = Request(
        fields=choice.fields,
        label_rows=choice.label_rows,
        dcgm=parse_matchers(config.dcgm.selector, "--dcgm-selector"),
        info=parse_matchers(config.kubevirt.info_selector, "--info-selector"),
        kube_state=parse_matchers(config.kubevirt.kube_state_selector, "--kube-state-selector"),
        cluster=(config.rules.cluster_label,) if config.rules.cluster_label else (),
        copied=(),
        rate_window=parse_duration(config.rules.rate_window),
        interval=config.rules.interval,
        levels=levels_of(config),
        contestable=HonorLabels(config.dcgm.honor_labels) is not HonorLabels.FALSE,
        gpu_resources=tuple(as_exposed(name) for name in config.kubevirt.gpu_resources),
        sources=(),
        observer=parse_matchers(config.kubevirt.observer_selector, "--observer-selector"),
    )
    try:
        rules = proved_rules(config, sources)
        wanted = tuple(Wanted(rule.spec, rule.expression) for group in rules.groups for rule in group.rules)
    except InputError:
        # A configuration that the release cannot serve is what doctor is to say something of.
        wanted = ()
    return Scope(at, since, config, request, sources.catalog, wanted, sources.kubevirt)
