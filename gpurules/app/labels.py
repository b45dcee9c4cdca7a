"""Shows which labels a metric carries: for a person in columns, for a program as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from gpurules.catalog.exporters import find as find_exporter
from gpurules.catalog.field import Catalog, Field
from gpurules.catalog.load import load_catalog
from gpurules.labels import kubevirt
from gpurules.labels.assemble import build_schema
from gpurules.labels.dcgm import dcgm_schema
from gpurules.labels.domains import DOMAINS
from gpurules.labels.schema import HonorLabels, LabelSchema, MetricSchema
from gpurules.labels.user import read_schema
from gpurules.promql.types import Dependency, Key, Kind
from gpurules.promql.units import word_for
from gpurules.text.errors import InputError, Problem
from gpurules.text.nearest import did_you_mean
from gpurules.text.terminal import safe, table

_KINDS = {kind.value: kind for kind in Kind}
_IDENTITY = ("namespace", "pod", "exported_namespace", "exported_pod")


@dataclass(frozen=True, slots=True)
class Question:
    """Where the labels are asked for: ``kubevirt`` and ``exporters`` are releases (empty: newest, any), ``schemas``
    files of the user."""

    kubevirt: str = ""
    exporters: tuple[str, ...] = ()
    honor_labels: HonorLabels = HonorLabels.AUTO
    schemas: tuple[str, ...] = ()


def list_metrics(question: Question, as_json: bool = False, width: int = 80) -> str:
    """Every metric with its emitter and the number of its labels. Raises InputError."""
    known = [*_schema(question).metrics.values(), *_default_counters(question)]
    found = sorted({one.metric: one for one in reversed(known)}.values(), key=lambda one: (one.emitter, one.metric))
    if as_json:
        return _json({"metrics": [_summary(one) for one in found]})
    parts = [table([("How many labels each metric has; + where there may be more.",)])]
    for emitter, group in groupby(found, key=lambda one: one.emitter):
        rows = [("", _count(one), one.metric) for one in group]
        parts.append(f"{safe(emitter)}\n" + table(rows, width=width))
    rest = "Every other DCGM field has the labels of its entity; gpurules fields lists the fields."
    return "\n".join((*parts, table([(rest,)], width=width)))


def show_metric(metric: str, question: Question, as_json: bool = False, width: int = 80) -> str:
    """What is known of the labels of ``metric``. Raises InputError where it is not known, with the nearest name."""
    one = _find(metric, question)
    if as_json:
        return _json(_details(one))
    return _page(one, width)


def _schema(question: Question) -> LabelSchema:
    extra = [one for path in question.schemas for one in read_schema(path)]
    return build_schema(question.kubevirt, extra)


def _find(metric: str, question: Question) -> MetricSchema:
    schema = _schema(question)
    known = schema.metrics.get(metric)
    if known:
        return known
    catalog = load_catalog()
    field = catalog.by_name.get(metric)
    if field:
        return _dcgm(metric, field, question)
    raise InputError(_not_found(metric, question, schema, catalog))


def _not_found(metric: str, question: Question, schema: LabelSchema, catalog: Catalog) -> Problem:
    release = kubevirt.find(question.kubevirt) if question.kubevirt else kubevirt.newest()
    spans = kubevirt.presence(metric)
    if spans:
        return Problem(f"KubeVirt {release} has no metric {metric}", advice=f"it exists {_in_words(spans)}")
    parts = kubevirt.histogram_parts(metric)
    if parts:
        return Problem(f"{metric} is a histogram", advice=f"it is stored as {', '.join(parts)}")
    advice = did_you_mean(metric, (*schema.metrics, *catalog.by_name)) or "gpurules labels lists the metrics"
    return Problem(f'there is no metric "{safe(metric, 100)}"', advice=advice)


def _in_words(spans: Sequence[tuple[str, str]]) -> str:
    """``since v1.3``, ``from v1.2 to v1.2.1``, ``in v1.8 only``; spans that only differ in labels are one."""
    joined: list[tuple[str, str]] = []
    for first, last in spans:
        if joined and kubevirt.follows(joined[-1][1], first):
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    words = [_span_in_words(*span) for span in joined]
    return f"{words[0]} only" if words[1:] == [] and words[0].startswith("in ") else " and ".join(words)


def _span_in_words(first: str, last: str) -> str:
    if last == kubevirt.MAIN:
        return f"since {first}"
    return f"in {first}" if first == last else f"from {first} to {last}"


def _dcgm(metric: str, field: Field, question: Question) -> MetricSchema:
    return dcgm_schema(
        metric,
        field.entity.value,
        exporters=[find_exporter(name).name for name in question.exporters],
        honor_labels=question.honor_labels,
        unit=field.unit,
        kind=_KINDS.get(field.kind.value, Kind.UNKNOWN),
        dimensions=field.dimensions,
        what=field.help,
        since=_dcgm_release(field.release),
    )


def _dcgm_release(release: str) -> str:
    """``<=3.1.8`` is the oldest release whose fields are known, not the first that had the field."""
    if not release:
        return ""
    return f"DCGM {release[2:]} or earlier" if release.startswith("<=") else f"DCGM {release}"


def _default_counters(question: Question) -> Iterable[MetricSchema]:
    from gpurules.catalog.resolve import default_selection

    for counter in default_selection(load_catalog()).counters:
        if counter.declared_type != "label":
            yield _dcgm(counter.name, counter.field, question)


def _count(one: MetricSchema) -> str:
    return f"{len(one.type.possible)}{'+' if one.type.open else ''}"


def _page(one: MetricSchema, width: int) -> str:
    series = one.type
    facts = [
        ("emitter", one.emitter),
        ("as of", one.source),
        ("exists since", one.since),
        ("kind", series.kind.value),
        ("unit", word_for(series.unit) if series.unit else "none"),
    ]
    parts = [
        table([(one.metric,)]),
        table([("", one.help)], width=width) if one.help else "",
        table([("", name, value) for name, value in facts if value], width=width),
        table(_label_rows(one), ("", "LABEL", "PRESENT", "FROM", "VALUE"), width),
        _section(
            "Keys",
            [_key_words(key) for key in series.keys]
            or ["None: no set of labels is certain to tell two series apart, but all together."],
            width,
        ),
        _section("Dependencies", [_dependency_words(each) for each in series.dependencies] or ["None."], width),
        _section("Notes", one.notes, width),
    ]
    return "\n".join(part for part in parts if part)


def _section(title: str, lines: Sequence[str], width: int) -> str:
    return f"{title}\n" + table([("", line) for line in lines], width=width) if lines else ""


def _label_rows(one: MetricSchema) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for label in sorted(one.type.possible):
        present = "always" if label in one.type.certain else "maybe"
        origin = one.introduced.get(label, "scrape" if one.introduced else "")
        rows.append(("", label, present, origin, _value_words(one, label)))
    if one.type.open:
        rows.append(("", "...", "maybe", "", "labels that are not known here"))
    return rows


def _value_words(one: MetricSchema, label: str) -> str:
    words = [one.type.domains.get(label, "")]
    if label in one.untrusted and label in _IDENTITY:
        words.append("claimed by the workload")
    if label in one.only_with:
        words.append(f"only with {one.only_with[label]}")
    return ", ".join(word for word in words if word)


def _key_words(key: Key) -> str:
    labels = ", ".join(sorted(key.labels)) or "no label: there is one series at most"
    return f"{labels} ({_VALID[key.validity.value]})"


def _dependency_words(one: Dependency) -> str:
    fixed = f"{', '.join(sorted(one.determinant))} -> {', '.join(sorted(one.dependent))} ({_VALID[one.validity.value]})"
    guards = " and ".join(_guard_words(one))
    return f"{fixed}, where {guards}" if guards else fixed


def _guard_words(one: Dependency) -> list[str]:
    return sorted(f'{guard.label}{guard.op}"{guard.value}"' for guard in one.guards)


_VALID = {"always": "always", "instant": "at one instant"}


def _json(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=True) + "\n"


def _summary(one: MetricSchema) -> dict[str, object]:
    return {"metric": one.metric, "emitter": one.emitter, "labels": len(one.type.possible), "open": one.type.open}


def _details(one: MetricSchema) -> dict[str, object]:
    series = one.type
    return {
        "metric": one.metric,
        "help": one.help,
        "emitter": one.emitter,
        "source": one.source,
        "since": one.since or None,
        "kind": series.kind.value,
        "unit": word_for(series.unit) if series.unit else None,
        "open": series.open,
        "labels": [
            {
                "label": label,
                "certain": label in series.certain,
                "trusted": label not in one.untrusted,
                "since": one.introduced.get(label),
                "only_with": one.only_with.get(label),
                "domain": series.domains.get(label),
                "names": DOMAINS.get(series.domains.get(label, "")),
            }
            for label in sorted(series.possible)
        ],
        "absent": sorted(series.absent),
        "keys": [{"labels": sorted(key.labels), "valid": key.validity.value} for key in series.keys],
        "dependencies": [
            {
                "labels": sorted(each.determinant),
                "fix": sorted(each.dependent),
                "valid": each.validity.value,
                "where": _guard_words(each),
            }
            for each in series.dependencies
        ],
        "notes": list(one.notes),
    }
