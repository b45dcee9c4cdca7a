"""``type``: what is inferred of an expression, step by step."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gpurules.app.runs_against import target_of
from gpurules.config.model import Config
from gpurules.lint.records import Records
from gpurules.promql.infer.engine import infer
from gpurules.promql.infer.findings import Finding, Inference
from gpurules.promql.infer.selectors import selected_names
from gpurules.promql.syntax.durations import number_text
from gpurules.promql.syntax.parser import parse
from gpurules.promql.syntax.problem import SyntaxProblem
from gpurules.promql.syntax.tree import NumberLiteral, Paren, StringLiteral, VectorSelector, children
from gpurules.promql.types import Dependency, ExpressionType, Key, RangeType, ScalarType, SeriesType, StringType
from gpurules.promql.units import word_for
from gpurules.text.errors import InputError, Problem
from gpurules.text.span import SourceText, Span

FILE = "EXPR"
"""What an expression from the command line is called in messages."""


@dataclass(frozen=True, slots=True)
class Step:
    """One node of the tree that is no literal: its words, the steps it works on (from 1), and its type.

    ``undeclared``: metrics that a selector reads and of which nothing is known.
    """

    number: int
    span: Span
    operands: tuple[int, ...]
    type: ExpressionType
    undeclared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """An expression and all that is inferred of it; ``steps`` are in the order of evaluation, the last is the whole."""

    text: str
    inference: Inference
    steps: tuple[Step, ...]


def typed(text: str, config: Config, rules: Sequence[str] = ()) -> Typed:
    """Infers the type of ``text``; ``rules``: files, folders and patterns of rules whose records are known as well.

    Raises InputError where it is no PromQL, where ``config`` names what is not, and for rule files that cannot be read.
    """
    try:
        tree = parse(text)
    except SyntaxProblem as problem:
        what = "is not supported" if problem.unsupported else "is not PromQL"
        place = SourceText(FILE, text).locate(min(problem.span.start, len(text)))
        raise InputError(
            Problem(f"the expression {what}: {problem.message}", location=place, advice=problem.advice)
        ) from None
    environment = _environment(config, rules)
    inference = infer(tree, environment)
    return Typed(text, inference, tuple(_steps(inference, environment)))


def _environment(config: Config, rules: Sequence[str]) -> Records:
    """What is scraped, and what the rule files record."""
    target = target_of(config)
    if not rules:
        return Records(target, ())
    from gpurules.lint.sources.discovery import find_files
    from gpurules.lint.sources.load import load

    loaded = load(find_files(rules))
    wrong = [file for file in loaded.unreadable if not file.template]
    if wrong:
        raise InputError(Problem(file.message, file.source.locate(file.span.start), file.advice) for file in wrong)
    if not loaded.workspace.files:
        raise InputError(Problem(f"--rules: no file of rules was found in {', '.join(rules)}"))
    return Records(target, loaded.workspace.rules)


def _steps(inference: Inference, environment: Records) -> Iterable[Step]:
    numbers: dict[int, int] = {}
    count = 0
    for node in inference.nodes:
        expression = node.expression
        if isinstance(expression, Paren):
            numbers[id(expression)] = numbers[id(expression.expression)]
            continue
        if isinstance(expression, NumberLiteral | StringLiteral) and len(inference.nodes) > 1:
            continue
        count += 1
        numbers[id(expression)] = count
        operands = tuple(numbers[id(child)] for child in children(expression) if id(child) in numbers)
        undeclared: tuple[str, ...] = ()
        if isinstance(expression, VectorSelector):
            names = selected_names(expression) or ()
            undeclared = tuple(sorted(name for name in names if environment.type_of(name) is None))
        yield Step(count, expression.span, operands, node.type, undeclared)


def as_json(found: Typed) -> str:
    """Everything as JSON; spans are character offsets into the expression."""
    inference = found.inference
    content = {
        "expression": found.text,
        "safe": inference.safe,
        "steps": [
            {
                "step": step.number,
                "text": found.text[step.span.start : step.span.end],
                "span": _place(step.span),
                "operands": list(step.operands),
                "undeclared_metrics": list(step.undeclared),
                "type": type_content(step.type),
            }
            for step in found.steps
        ],
        "failures": [
            {
                "code": failure.code,
                "message": failure.message,
                "span": _place(failure.span),
                "reason": failure.reason,
                "reason_span": _place(failure.reason_span),
                "labels": sorted(failure.key),
                "all_but": failure.all_but,
                "varying": sorted(failure.varying),
                "unknown_metrics": sorted(failure.unknown),
            }
            for failure in inference.failures
        ],
        "undecided": [
            {"construct": item.construct, "why": item.why, "span": _place(item.span)} for item in inference.unproved
        ],
        "findings": [{"message": item.message, "span": _place(item.span)} for item in inference.findings],
    }
    return json.dumps(content, indent=2, ensure_ascii=True) + "\n"


def _place(span: Span) -> list[int] | None:
    return None if span.start < 0 else [span.start, span.end]


def type_content(found: ExpressionType) -> Mapping[str, object]:
    """A type for JSON."""
    match found:
        case StringType():
            return {"is": "string", "value": found.value}
        case ScalarType():
            value = None if found.value is None else str(found.value)
            return {"is": "scalar", "value": value, "unit": word_for(found.unit) if found.unit else None}
        case RangeType():
            return {**_series_content(found.series), "is": "range vector", "seconds": found.seconds}
        case SeriesType():
            return _series_content(found)


def _series_content(series: SeriesType) -> dict[str, object]:
    return {
        "is": "instant vector",
        "empty": series.empty,
        "open": series.open,
        "names": None if series.names is None else sorted(series.names),
        "labels": [
            {
                "label": label,
                "certain": label in series.certain,
                "domain": series.domains.get(label),
                "value": series.constants.get(label),
            }
            for label in sorted(series.possible)
        ],
        "absent": sorted(series.absent),
        "distinct_without_name": series.distinct.value if series.distinct else None,
        "keys": [{"labels": sorted(key.labels), "valid": key.validity.value} for key in series.keys],
        "dependencies": [
            {"labels": sorted(item.determinant), "fix": sorted(item.dependent), "valid": item.validity.value}
            for item in series.dependencies
        ],
        "unit": word_for(series.unit) if series.unit else None,
        "kind": series.kind.value,
        "changes": {label: change.what for label, change in sorted(series.changes.items())},
    }


def rows_of(found: ExpressionType) -> list[tuple[str, str]]:
    """A type in words: what is said, and what it is."""
    match found:
        case StringType():
            return [("string", found.value)]
        case ScalarType():
            value = "a number" if found.value is None else number_text(found.value)
            return [("scalar", value), *([("unit", word_for(found.unit))] if found.unit else [])]
        case RangeType():
            return [("range", f"{found.seconds:g} seconds"), *_series_rows(found.series)]
        case SeriesType():
            return _series_rows(found)


def _series_rows(series: SeriesType) -> list[tuple[str, str]]:
    if series.empty:
        return [("series", "none: no series can come out of this")]
    rows = [
        ("name", _names(series)),
        ("labels", ", ".join(_label(series, label) for label in sorted(series.possible)) or "none"),
    ]
    if series.open:
        without = f" but {', '.join(sorted(series.absent))}" if series.absent else ""
        rows.append(("open", f"there may be other labels{without}"))
    rows += [("unique by", _key(key)) for key in series.keys]
    if not series.keys:
        rows.append(("unique by", "all labels together" if series.distinct else "nothing that is known"))
    rows += [("fixed", _dependency(item)) for item in series.dependencies]
    told = [series.kind.value] if series.kind.value != "unknown" else []
    told += [word_for(series.unit)] if series.unit else []
    rows.append(("numbers", ", ".join(told) or "unknown"))
    return rows


def _names(series: SeriesType) -> str:
    if series.names is None:
        return "unknown"
    return ", ".join(sorted(name or "none" for name in series.names)) or "none"


def _label(series: SeriesType, label: str) -> str:
    mark = "" if label in series.certain else "?"
    value = f'="{series.constants[label]}"' if label in series.constants else ""
    domain = f" ({series.domains[label]})" if label in series.domains and series.domains[label] != label else ""
    return f"{label}{mark}{value}{domain}"


def _key(key: Key) -> str:
    labels = ", ".join(sorted(key.labels)) or "nothing: there is one series at most"
    return f"{labels}{'' if key.validity.value == 'always' else ' (at one instant)'}"


def _dependency(item: Dependency) -> str:
    by = ", ".join(sorted(item.determinant)) or "being here"
    when = "" if item.validity.value == "always" else " (at one instant)"
    return f"{', '.join(sorted(item.dependent))} by {by}{when}"


def changed_rows(before: ExpressionType, now: ExpressionType) -> list[tuple[str, str]]:
    """What ``now`` says that ``before``, the type of its first operand, does not; labels as what changed of them."""
    known = set(rows_of(before))
    rows = [row for row in rows_of(now) if row not in known]
    old, new = _series_of(before), _series_of(now)
    if old is None or new is None or old.empty or new.empty:
        return rows
    changes = [
        ("gains", [_label(new, label) for label in sorted(new.possible - old.possible)]),
        ("loses", sorted(old.possible - new.possible)),
        ("now is", [_label(new, label) for label in sorted(new.possible & old.possible) if _differs(old, new, label)]),
    ]
    told = [(word, ", ".join(labels)) for word, labels in changes if labels]
    whole = next((row for row in rows if row[0] == "labels"), None)
    if whole is None or sum(len(text) for _, text in told) >= len(whole[1]):
        return rows
    position = rows.index(whole)
    return [*rows[:position], *told, *rows[position + 1 :]]


def _series_of(found: ExpressionType) -> SeriesType | None:
    if isinstance(found, RangeType):
        return found.series
    return found if isinstance(found, SeriesType) else None


def _differs(old: SeriesType, new: SeriesType, label: str) -> bool:
    return _label(old, label) != _label(new, label)


def notes_of(inference: Inference) -> Iterable[tuple[str, str, Span, str, Span]]:
    """What may fail, what is not decided and what looks wrong: mark, text, place, reason and its place."""
    for failure in inference.failures:
        about = f" (nothing is known of {', '.join(sorted(failure.unknown))})" if failure.unknown else ""
        yield failure.code, failure.message + about, failure.span, failure.reason, failure.reason_span
    for item in inference.unproved:
        yield "undecided", f"{item.construct}: {item.why}", item.span, "", item.span
    finding: Finding
    for finding in inference.findings:
        yield "note", finding.message, finding.span, "", finding.span
