"""Schema files: what users declare of metrics that are not built in. The format is described in docs/schemas.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from gpurules.labels.domains import DOMAINS
from gpurules.labels.schema import MetricSchema
from gpurules.promql.types import Dependency, Guard, Key, Kind, SeriesType, Validity
from gpurules.promql.units import UNITS, unit_named
from gpurules.text.declare import described
from gpurules.text.decode import MAXIMUM_PROBLEMS, Path, decode, name_of
from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean
from gpurules.text.read import read_text
from gpurules.text.span import Location, SourceText
from gpurules.text.terminal import safe
from gpurules.text.yaml import compose_document

LIMIT = 4 * 1024 * 1024
"""Bytes of a schema file."""

_LABEL = "[a-zA-Z_][a-zA-Z0-9_]{0,199}"
_METRIC = "[a-zA-Z_:][a-zA-Z0-9_:]{0,199}"
_WORD = "[a-z][a-z0-9-]{0,59}"
_CONDITION = re.compile(rf'\s*({_LABEL})\s*(=~|!~|!=|=)\s*"([^"\\]*)"\s*')
_VALIDITIES = tuple(validity.value for validity in Validity)


def _unit_problem(word: str) -> str:
    if unit_named(word) is not None:
        return ""
    return " ".join((f'"{safe(word, 60)}" is no unit', did_you_mean(word, UNITS))).strip()


def _condition_problem(text: str) -> str:
    if _CONDITION.fullmatch(text):
        return ""
    return f'"{safe(text, 60)}" is no label matcher such as vmi_pod!=""'


def _labels(what: str) -> Mapping[str, object]:
    return described(what, pattern=_LABEL, kind="a label name")


@dataclass(frozen=True, slots=True)
class KeySection:
    """``labels`` on which no two series agree, for as long as ``valid`` says."""

    labels: tuple[str, ...] = field(metadata=_labels("labels on which no two series agree; [] for at most one series"))
    valid: str = field(
        default=Validity.INSTANT.value,
        metadata=described("always: no two series ever; instant: no two at one time", choices=_VALIDITIES),
    )


@dataclass(frozen=True, slots=True)
class DependencySection:
    """Series that agree on ``labels`` agree on ``fix``, among those that satisfy ``where``."""

    labels: tuple[str, ...] = field(metadata=_labels("labels that fix others"))
    fix: tuple[str, ...] = field(metadata=_labels("labels that are fixed"))
    valid: str = field(
        default=Validity.INSTANT.value,
        metadata=described("always: series of any time; instant: series of one time", choices=_VALIDITIES),
    )
    where: tuple[str, ...] = field(
        default=(),
        metadata=described("label matchers that a series must satisfy for it to hold", check=_condition_problem),
    )


@dataclass(frozen=True, slots=True)
class MetricSection:
    """One metric as stored in Prometheus."""

    labels: tuple[str, ...] = field(default=(), metadata=_labels("labels that series of the metric may have"))
    certain: tuple[str, ...] = field(default=(), metadata=_labels("those of them that are never empty"))
    absent: tuple[str, ...] = field(default=(), metadata=_labels("labels that are certainly not there"))
    open: bool = field(default=True, metadata=described("whether series may have labels that are not named here"))
    keys: tuple[KeySection, ...] = field(default=(), metadata=described("sets of labels that tell series apart"))
    dependencies: tuple[DependencySection, ...] = field(
        default=(), metadata=described("sets of labels that fix other labels")
    )
    domains: dict[str, str] = field(
        default_factory=dict,
        metadata=described(
            "what the value of a label names",
            pattern=_WORD,
            kind="a value domain",
            key_pattern=_LABEL,
            key_kind="a label name",
        ),
    )
    unit: str = field(default="", metadata=described("the unit of the numbers, such as bytes", check=_unit_problem))
    kind: str = field(
        default=Kind.UNKNOWN.value,
        metadata=described("what the numbers are", choices=tuple(kind.value for kind in Kind)),
    )
    emitter: str = field(default="", metadata=described("who exposes or records the metric"))
    help: str = field(default="", metadata=described("one sentence about the metric"))


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """The whole file."""

    version: int = field(metadata=described("the version of this format", choices=(1,), example="1"))
    metrics: dict[str, MetricSection] = field(
        metadata=described("metric name -> what holds for it", key_pattern=_METRIC, key_kind="a metric name")
    )
    domains: dict[str, str] = field(
        default_factory=dict,
        metadata=described("value domains of your own -> what they name", key_pattern=_WORD, key_kind="a value domain"),
    )


def read_schema(path: str) -> tuple[MetricSchema, ...]:
    """The metrics that the schema file at ``path`` (``-``: standard input) declares.

    Raises InputError with every problem of the file and its place, EnvironmentFault where it cannot be read.
    """
    return parse_schema(read_text(path, LIMIT))


def parse_schema(source: SourceText) -> tuple[MetricSchema, ...]:
    """The metrics that the text of a schema file declares; raises InputError with every problem."""
    places: dict[Path, Location] = {}
    content = decode(compose_document(source), SchemaFile, places)
    problems = list(islice(_problems(content, places), MAXIMUM_PROBLEMS))
    if problems:
        raise InputError(problems)
    return tuple(_schema(name, section, source.file) for name, section in content.metrics.items())


def _problems(content: SchemaFile, places: Mapping[Path, Location]) -> Iterator[Problem]:
    known = {**DOMAINS, **content.domains}
    for domain in content.domains:
        if domain in DOMAINS:
            place = places.get(("domains", domain))
            yield Problem(f'the value domain "{domain}" is built in', place, f"it is: {DOMAINS[domain]}")
    for metric, section in content.metrics.items():
        at: Path = ("metrics", metric)
        yield from _undeclared(section, at, places)
        for label, domain in section.domains.items():
            if domain not in known:
                advice = did_you_mean(domain, known) or "declare it under the key domains of this file"
                yield Problem(f'unknown value domain "{domain}"', places.get((*at, "domains", label)), advice)
        declared = frozenset(section.labels)
        for position, label in enumerate(section.absent):
            if label in declared:
                place = places.get((*at, "absent", str(position)))
                yield Problem(f'label "{label}" is both in labels and in absent', place)


def _undeclared(section: MetricSection, at: Path, places: Mapping[Path, Location]) -> Iterator[Problem]:
    """Labels that are spoken of but not declared: mostly misspelt."""
    declared = frozenset(section.labels)
    for path, label in _mentioned(section):
        if label not in declared:
            advice = did_you_mean(label, section.labels) or f"add it to {name_of((*at, 'labels'))}"
            place = places.get((*at, *path)) or places.get(at)
            yield Problem(f'label "{label}" is not in labels of this metric', place, advice)


def _mentioned(section: MetricSection) -> Iterator[tuple[Path, str]]:
    yield from _each(("certain",), section.certain)
    for position, key in enumerate(section.keys):
        yield from _each(("keys", str(position), "labels"), key.labels)
    for position, one in enumerate(section.dependencies):
        at = ("dependencies", str(position))
        yield from _each((*at, "labels"), one.labels)
        yield from _each((*at, "fix"), one.fix)
        for index, text in enumerate(one.where):
            yield (*at, "where", str(index)), _condition(text).label
    for label in section.domains:
        yield ("domains", label), label


def _each(at: Path, labels: Iterable[str]) -> Iterator[tuple[Path, str]]:
    for index, label in enumerate(labels):
        yield (*at, str(index)), label


def _condition(text: str) -> Guard:
    match = _CONDITION.fullmatch(text)
    return Guard(match[1], match[2], match[3]) if match else Guard("", "=", "")


def _schema(name: str, section: MetricSection, file: str) -> MetricSchema:
    series = SeriesType(
        open=section.open,
        names=frozenset({name}),
        certain=frozenset(section.certain),
        possible=frozenset(section.labels),
        absent=frozenset(section.absent),
        keys=tuple(Key(frozenset(key.labels), Validity(key.valid)) for key in section.keys),
        dependencies=tuple(
            Dependency(
                frozenset(one.labels),
                frozenset(one.fix),
                Validity(one.valid),
                frozenset(_condition(text) for text in one.where),
            )
            for one in section.dependencies
        ),
        domains=dict(section.domains),
        unit=unit_named(section.unit) if section.unit else None,
        kind=Kind(section.kind),
    )
    return MetricSchema(name, series, section.emitter or "declared by you", section.help, safe(file))
