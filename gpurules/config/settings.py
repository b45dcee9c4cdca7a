"""A configuration with the places its values came from: flags put over it, and the checks across values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

from gpurules.config.model import Config
from gpurules.text.decode import Path, place_of, problems_in
from gpurules.text.duration import format_duration, parse_duration
from gpurules.text.errors import InputError, Problem
from gpurules.text.span import Location

LEAST_INTERVALS = 8
"""A rate needs so many readings of DCGM in its window to be within a few per cent."""

RECORD_LABELS = ("namespace", "name", "node", "UUID", "GPU_I_ID", "gpu", "pod", "job", "instance", "address", "place")
"""Labels that have their meaning on records or targets and cannot tell clusters apart."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """A configuration, and the location of each value that was written by the user."""

    config: Config
    places: Mapping[Path, Location] = field(default_factory=dict)


class FlagValue(NamedTuple):
    """What a flag said: its name, such as ``--rate-window``, and the value in the form of the configuration."""

    flag: str
    value: Any


def with_flags(sourced: Sourced, flags: Mapping[Path, FlagValue]) -> Sourced:
    """``sourced`` with each value in ``flags`` put in the place of the file's.

    A list replaces the whole list; of a mapping such as the labels only the keys that were given are replaced.
    """
    config = sourced.config
    places = dict(sourced.places)
    for path, said in flags.items():
        section, name = path
        held = getattr(getattr(config, section), name)
        value = {**held, **said.value} if isinstance(held, dict) else said.value
        config = replace(config, **{section: replace(getattr(config, section), **{name: value})})
        place = Location(said.flag)
        if isinstance(held, dict):
            places.update({(*path, key): place for key in said.value})
        else:
            places = {known: where for known, where in places.items() if known[: len(path)] != path}
            places[path] = place
    return Sourced(config, places)


def validated(sourced: Sourced) -> Config:
    """The configuration, lists without repetitions; InputError holds everything that is wrong with it.

    Whether releases, fields, labels and selectors exist or parse is not known here.
    """
    problems = [*problems_in(sourced.config, sourced.places), *_across(sourced)]
    if problems:
        raise InputError(problems)
    return _without_repetitions(sourced.config)


def _across(sourced: Sourced) -> Iterable[Problem]:
    config = sourced.config

    def where(*path: str) -> Location | None:
        return place_of(path, sourced.places)

    yield from _rate_window(sourced)
    if not config.rules.paths:
        yield Problem("rules.paths: the list is empty", where("rules", "paths"), "name at least one, or remove the key")
    label = config.rules.cluster_label
    if label in RECORD_LABELS:
        yield Problem(
            f"rules.cluster_label: the label {label} has another meaning on the records",
            where("rules", "cluster_label"),
            "use the external label that names the cluster",
        )
    if label and label in config.kubevirt.copy_labels:
        yield Problem(
            f"kubevirt.copy_labels: the label {label} is the cluster label already", where("kubevirt", "copy_labels")
        )
    renamed: dict[str, str] = {}
    for name, setting in config.rules.fields.items():
        if not setting.rename:
            continue
        if setting.rename in renamed:
            yield Problem(
                f"rules.fields.{name}.rename: {setting.rename} is the name of {renamed[setting.rename]} already",
                where("rules", "fields", name, "rename"),
                "every record needs a name of its own",
            )
        renamed.setdefault(setting.rename, name)


def _rate_window(sourced: Sourced) -> Iterable[Problem]:
    config = sourced.config
    try:
        window = parse_duration(config.rules.rate_window)
        interval = parse_duration(config.dcgm.collection_interval)
    except InputError:
        return
    least = LEAST_INTERVALS * interval
    if window and interval and window < least:
        written = ("rules", "rate_window")
        culprit = written if written in sourced.places else ("dcgm", "collection_interval")
        yield Problem(
            f"rules.rate_window: {config.rules.rate_window} is less than {LEAST_INTERVALS} collection intervals of "
            f"{config.dcgm.collection_interval}",
            place_of(culprit, sourced.places),
            f"use {format_duration(least)} or more",
        )


def _without_repetitions(config: Config) -> Config:
    for section in fields(config):
        held = getattr(config, section.name)
        if isinstance(held, int):
            continue
        changes = {
            part.name: tuple(dict.fromkeys(getattr(held, part.name)))
            for part in fields(held)
            if isinstance(getattr(held, part.name), tuple)
        }
        config = replace(config, **{section.name: replace(held, **changes)})
    return config
