"""Scaffold: from a configuration and what is said of the cluster to manifests, laid out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv6Address

from gpurules.app.sources import Sources, read_sources
from gpurules.catalog.exporters import ExporterRelease, accepts, newest
from gpurules.catalog.exporters import find as find_exporter
from gpurules.catalog.field import Field
from gpurules.catalog.writing import named_counters_csv
from gpurules.config import forms
from gpurules.config.model import Config
from gpurules.labels.kubevirt import at_least
from gpurules.manifests.layouts.layout import Files
from gpurules.manifests.layouts.registry import LAYOUTS
from gpurules.manifests.paths.registry import SCAFFOLDED
from gpurules.manifests.scaffold import every_part, needs_path, scaffold
from gpurules.manifests.settings import OLD_LABEL, VMI_LABEL, Machine, Settings
from gpurules.rules.choice import choose
from gpurules.text.duration import parse_duration
from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean

IMAGE = "nvcr.io/nvidia/k8s/dcgm-exporter"
DISTROLESS_SINCE = "4.6.0-4.8.3"
"""Older releases are taken as built on Ubuntu."""
VMI_LABEL_SINCE = "v1.7"
"""The first KubeVirt release that labels launcher pods with the VMI's name (vmi.kubevirt.io/id)."""
LONGEST_NAME = 63
"""A VM's name is the value of labels."""
LONGEST_PREFIX = 40
"""Of ``--name``: with what is added it names a CronJob, which has 52 characters, and is the value of labels."""

_MACHINE = re.compile(rf"(?P<namespace>{forms.NAMESPACE})/(?P<name>[^=/]+)(?:=(?P<address>[0-9A-Za-z.:-]+))?")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line says: empty where it says nothing. ``machines`` as ``namespace/name[=address]``."""

    path: str = ""
    parts: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    layout: str = "yaml"
    name: str = "gpurules"
    namespace: str = "monitoring"
    monitor_labels: tuple[tuple[str, str], ...] = ()
    machine_label: tuple[str, str] | None = None
    prometheus_namespace: str = ""
    prometheus_labels: tuple[tuple[str, str], ...] = ()
    exporter_image: str = ""
    bridge_image: str = ""
    probe_image: str = ""
    exporter_port: int = 9400
    engine_port: int = 5555
    interval: str = "30s"
    seccomp_profile: str = ""
    admission_version: str = "v1"


@dataclass(frozen=True, slots=True)
class Scaffolding:
    """The files (see ``Files``), and what their reader should know."""

    files: Files
    notes: tuple[str, ...]


def scaffolding(config: Config, wishes: Wishes) -> Scaffolding:
    """Everything in memory. Raises InputError for what is wrong or cannot be served."""
    name = _path(config, wishes)
    layout = LAYOUTS[wishes.layout]
    sources = read_sources(config)
    settings, notes = settings_for(config, wishes, sources)
    return Scaffolding(layout.lay_out(lambda marked: scaffold(name, marked, wishes.parts), settings), notes)


def settings_for(config: Config, wishes: Wishes, sources: Sources) -> tuple[Settings, tuple[str, ...]]:
    """The settings, and what their reader should know. Raises InputError with everything that is wrong."""
    problems = list(_wrong(wishes))
    if problems:
        raise InputError(problems)
    exporter = find_exporter(config.dcgm.exporters[0]) if config.dcgm.exporters else newest()
    choice = choose(sources.selection, sources.catalog, sources.accepts, config.rules.fields, config.rules.entities)
    chosen = [
        *((one.field, one.names) for one in choice.fields),
        *((row.field, row.names) for row in choice.label_rows),
    ]
    rows, notes = _counters(chosen, exporter)
    if not choice.fields:
        raise InputError(Problem("no counter is recorded, so there is nothing to collect"))
    base = Settings(
        counters=named_counters_csv(rows).rstrip("\n"),
        keep=tuple(sorted({name for one in choice.fields for name in one.names})),
        exporter=exporter.name,
        exporter_image=wishes.exporter_image or _image(exporter),
        collection=parse_duration(config.dcgm.collection_interval),
        interval=wishes.interval,
        name=wishes.name,
        namespace=wishes.namespace,
        machines=_machines(wishes.machines),
        monitor_labels=wishes.monitor_labels,
        exporter_port=wishes.exporter_port,
        engine_port=wishes.engine_port,
        seccomp_profile=wishes.seccomp_profile,
        admission_version=wishes.admission_version,
        launcher_label=VMI_LABEL if at_least(sources.kubevirt, VMI_LABEL_SINCE) else OLD_LABEL,
        probe_image=wishes.probe_image,
        prometheus_namespace=wishes.prometheus_namespace or wishes.namespace,
    )
    return _with_given(base, wishes), notes


def _with_given(settings: Settings, wishes: Wishes) -> Settings:
    given: dict[str, object] = {
        "machine_label": wishes.machine_label,
        "prometheus_labels": wishes.prometheus_labels,
        "bridge_image": wishes.bridge_image,
    }
    changes: Mapping[str, object] = {name: value for name, value in given.items() if value}
    return replace(settings, **changes)  # type: ignore[arg-type]


def _path(config: Config, wishes: Wishes) -> str:
    if wishes.path or not needs_path(wishes.parts):
        return wishes.path
    if len(config.rules.paths) == 1:
        return config.rules.paths[0]
    for name in wishes.parts:
        if name not in every_part() and (advice := did_you_mean(name, every_part())):
            raise InputError(Problem(f"--part: no path has a part {name[:80]!a}", advice=advice))
    advice = f"write --path {next(iter(SCAFFOLDED))}, or another of {', '.join(SCAFFOLDED)}"
    raise InputError(Problem("a set-up is for one collection path", advice=advice))


def _counters(
    chosen: Sequence[tuple[Field, tuple[str, ...]]], exporter: ExporterRelease
) -> tuple[list[tuple[str, Field]], tuple[str, ...]]:
    """A row for each field that ``exporter`` knows, under the first name that it does; and a note on the others."""
    rows, unknown = [], []
    for field, names in chosen:
        name = next((name for name in names if accepts(exporter, name)), None)
        if name is None:
            unknown.append(names[0])
        else:
            rows.append((name, field))
    if not rows:
        advice = "name another release with --exporter"
        raise InputError(Problem(f"dcgm-exporter {exporter.name} knows none of the counters", advice=advice))
    if not unknown:
        return rows, ()
    left_out = f"dcgm-exporter {exporter.name} does not know {', '.join(unknown)}: left out of its counters"
    return rows, (left_out,)


def _image(exporter: ExporterRelease) -> str:
    variant = "distroless" if exporter.order >= find_exporter(DISTROLESS_SINCE).order else "ubuntu22.04"
    return f"{IMAGE}:{exporter.name}-{variant}"


def _machines(written: Sequence[str]) -> tuple[Machine, ...]:
    found = (_MACHINE.fullmatch(text) for text in written)
    machines = {Machine(one["namespace"], one["name"], one["address"] or "") for one in found if one}
    return tuple(sorted(machines))


def _is_address(text: str) -> bool:
    if ":" not in text:
        return all(re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?", part) for part in text.split("."))
    try:
        return bool(IPv6Address(text))
    except ValueError:
        return False


_IMAGE = r"[a-zA-Z0-9][a-zA-Z0-9._/:@-]{0,400}"
_PROFILE = r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*"


def _wrong(wishes: Wishes) -> list[Problem]:
    problems = []
    for text in wishes.machines:
        found = _MACHINE.fullmatch(text)
        if not found or not re.fullmatch(forms.OBJECT_NAME, found["name"]) or len(found["name"]) > LONGEST_NAME:
            advice = f"write NAMESPACE/NAME, the name at most {LONGEST_NAME} characters long"
            problems.append(Problem(f"--vm: {text[:200]!a} is no virtual machine", advice=advice))
        elif found["address"] and not _is_address(found["address"]):
            advice = f"write an IP address or a host name; --exporter-port is the port of all ({wishes.exporter_port})"
            problems.append(Problem(f"--vm: {found['address'][:200]!a} is no address", advice=advice))
    names = [Machine(one["namespace"], one["name"]) for one in map(_MACHINE.fullmatch, wishes.machines) if one]
    if len(wishes.name) > LONGEST_PREFIX:
        message = f"--name: {wishes.name[:200]!a} is longer than {LONGEST_PREFIX} characters"
        problems.append(Problem(message, advice="the names of all objects begin with it; write a shorter one"))
    problems += [
        Problem(f"--vm: {name} is there twice, with different addresses")
        for name in sorted(set(names))
        if len({one.address for one in _machines(wishes.machines) if str(one) == str(name)}) > 1
    ]
    singles = (
        ("--name", wishes.name, forms.NAMESPACE, "lower-case letters, digits and -"),
        ("--namespace", wishes.namespace, forms.NAMESPACE, "lower-case letters, digits and -"),
        (
            "--prometheus-namespace",
            wishes.prometheus_namespace,
            f"|{forms.NAMESPACE}",
            "lower-case letters, digits and -",
        ),
        ("--exporter-image", wishes.exporter_image, f"|{_IMAGE}", "such as registry.example/dcgm-exporter:4.6.0-4.8.3"),
        ("--bridge-image", wishes.bridge_image, f"|{_IMAGE}", "such as docker.io/library/python:3.13-slim"),
        ("--probe-image", wishes.probe_image, f"|{_IMAGE}", "such as registry.example/gpurules:0.1"),
        ("--seccomp-profile", wishes.seccomp_profile, f"|{_PROFILE}", "a path below /var/lib/kubelet/seccomp"),
    )
    problems += [
        Problem(f"{flag}: {value[:200]!a} is not of the right form", advice=f"write {advice}")
        for flag, value, pattern, advice in singles
        if not re.fullmatch(pattern, value)
    ]
    labels = [("--monitor-label", pair) for pair in wishes.monitor_labels]
    labels += [("--prometheus-label", pair) for pair in wishes.prometheus_labels]
    labels += [("--vm-label", wishes.machine_label)] if wishes.machine_label else []
    for flag, (key, value) in labels:
        if not re.fullmatch(forms.OBJECT_LABEL_KEY, key) or not re.fullmatch(forms.OBJECT_LABEL_VALUE, value):
            problems.append(Problem(f"{flag}: {f'{key}={value}'[:200]!a} is no label of a Kubernetes object"))
    wrong = forms.wrong_in_duration(wishes.interval)
    if wrong:
        problems.append(Problem(f"--scrape-interval: {wrong}", advice="write such as 30s"))
    if wishes.exporter_port == wishes.engine_port:
        problems.append(Problem("--exporter-port and --engine-port are the same", advice="give each its own"))
    if wishes.layout not in LAYOUTS:
        advice = did_you_mean(wishes.layout, LAYOUTS) or f"use one of {', '.join(LAYOUTS)}"
        problems.append(Problem(f"--format: there is no layout {wishes.layout[:80]!a}", advice=advice))
    return problems
