"""Rules that must fare alike: the same expression but for metrics of one kind and for plain values of matchers.

Generated files repeat a few expressions over hundreds of metrics and targets. A rule whose shape was found free of
findings needs no second look; where something was found, every rule of the shape is looked at, for its words and places
are its own. Two rules share a shape only if no check can tell them apart, so what checks ask of a metric or value must
be part of it: see ``_class``, ``_TELLING_LABELS``, ``_COMPARED``. A test holds both ways against each other.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping

from gpurules.catalog.field import FieldKind
from gpurules.lint.proportions import MEMORIES
from gpurules.lint.records import Records
from gpurules.lint.sources.model import Rule
from gpurules.lint.target import is_dcgm_name
from gpurules.promql.syntax.functions import AGGREGATIONS, FUNCTIONS
from gpurules.promql.types import SeriesType

_WORDS = frozenset((*AGGREGATIONS, *FUNCTIONS)) | {
    *("and", "or", "unless", "atan2", "bool", "by", "without", "on", "ignoring", "group_left", "group_right"),
    *(
        "offset",
        "inf",
        "nan",
        "start",
        "end",
        "step",
        "range",
        "fill",
        "fill_left",
        "fill_right",
        "anchored",
        "smoothed",
    ),
}
"""Words that are no metric's name where they stand."""
_STRING = r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|`[^`]*`'
_LISTING = ("by", "without", "on", "ignoring", "group_left", "group_right")
_TOKENS = re.compile(
    rf"""
    \b(?:{"|".join(_LISTING)})\s*\([^()]*\)
    | (?P<word>[a-zA-Z_:][\w:]*)
    | (?P<braces>\{{(?:[^"'`{{}}\#]|{_STRING})*\}})
    | (?:{_STRING})
    | \#[^\n]*
    | [0-9][\w.]*
    """,
    re.VERBOSE | re.ASCII,
)
_MATCHER = re.compile(r'(?P<label>[a-zA-Z_]\w*)\s*(?P<op>!?=)\s*"(?P<value>[A-Za-z0-9_.:/-]+)"', re.ASCII)
_TELLING_LABELS = frozenset(
    (
        "__name__",
        "pod",
        "exported_pod",
        "vmi_pod",
        "uuid",
        "UUID",
        "phase",
        "resource",
        "unit",
        "owner_kind",
        "le",
        "quantile",
    )
)
"""Labels whose very values a check or the inference looks at; of others only whether they are fixed, and where to the
same."""
_SHARE = " share"
_NUMBER = "\0N"
_COMPARISON = re.compile("[<>]|[=!]=")
_COMPARED = re.compile(r"((?:[<>]=?|[=!]=)\s*(?:bool\s+)?)[1-9][0-9.]*(?![\w.:]|\s*[*/%^])", re.ASCII)
"""A comparison with a number above 0 that is no factor. Which one matters only where the field has a greatest value."""


class Shapes:
    """Finds the shapes of the rules of one workspace."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._classes: dict[str, str] = {}
        self._numbers: dict[Hashable, int] = {}

    def shape_of(self, rule: Rule) -> Hashable:
        """Equal for rules of which the same is found, but for words and places and for what asks a record's name."""
        seen: dict[str, str] = {}
        growth = "rate" in rule.text or "increase" in rule.text
        compared = _COMPARISON.search(rule.text) is not None
        commented = "#" in rule.text
        strange = False

        def stand_in(found: re.Match[str]) -> str:
            nonlocal strange
            word, braces = found.groups()
            if word:
                if word not in _WORDS:
                    # A keyword in capitals, whose list of labels is not seen as one.
                    strange = strange or word.lower() in _LISTING
                    if compared and self._is_memory(word):
                        # It matters what is divided by what, and which number it is compared with.
                        seen[word] = f"{word}{_SHARE}"
                        return word
                    return self._word(word, seen, growth)
                strange = strange or (word in _LISTING and (commented or not word.startswith("group_")))
                return word
            return _MATCHER.sub(lambda one: _value(one, seen), braces) if braces else found[0]

        text = _TOKENS.sub(stand_in, rule.text)
        if not any(stood.endswith(_SHARE) for stood in seen.values()):
            text = _COMPARED.sub(r"\1" + _NUMBER, text)
        labels = tuple(sorted(rule.own_labels.items())) if rule.labels else ()
        return (rule.record is None, labels, rule.text if strange else text)

    def _word(self, word: str, seen: dict[str, str], growth: bool) -> str:
        known = self._classes.get(word)
        if known is None:
            known = self._classes[word] = self._class(word)
        if not known or word.lower() in _WORDS or (growth and self._records.is_record(word)):
            return word
        stand_in = seen.get(word)
        if stand_in is None:
            stand_in = seen[word] = f"\0{len(seen)}:{known}"
        return stand_in

    def _is_memory(self, word: str) -> bool:
        field = self._records.target.field(word)
        return field is not None and field.id in MEMORIES

    def _class(self, metric: str) -> str:
        """Equal for metrics that no check tells apart; empty for one that stands for itself."""
        if self._records.is_record(metric):
            return f"record {self._number(type_key(self._records.type_of(metric)))}"
        if metric.startswith("kubevirt_") or self._records.target.metric(metric) is not None:
            return ""
        if not is_dcgm_name(metric):
            return "unknown"
        target = self._records.target
        field = target.field(metric)
        if field is None:
            return ""
        key = (
            type_key(target.type_of(metric)),
            (field.kind, field.combine, field.entity, field.grain, field.unit, field.ignore_zero),
            metric == field.name,
            metric.startswith("DCGM_FI_PROF_"),
            metric.endswith("VGPU_LICENSE_STATUS"),
            # Checks that ask releases or counters files look at the name itself.
            metric if target.exporters_named or target.selection is not None else "",
        )
        share = field.kind in (FieldKind.RATIO, FieldKind.FLAG)
        return f"field {self._number(key)}{_SHARE if share else ''}"

    def _number(self, key: Hashable) -> int:
        return self._numbers.setdefault(key, len(self._numbers))


def _value(matcher: re.Match[str], seen: dict[str, str]) -> str:
    if matcher["label"] in _TELLING_LABELS:
        return matcher[0]
    key = f"={matcher['value']}"
    stand_in = seen.get(key)
    if stand_in is None:
        stand_in = seen[key] = str(len(seen))
    return f'{matcher["label"]}{matcher["op"]}"\0{stand_in}"'


def type_key(series: SeriesType | None) -> Hashable:
    """Equal for types that differ in the metric's name and in spans at most."""
    if series is None:
        return None
    return (
        series.open,
        None if series.names is None else len(series.names),
        series.certain,
        series.possible,
        series.absent,
        frozenset(series.keys),
        frozenset(series.dependencies),
        series.distinct,
        _items(series.domains),
        _items(series.constants),
        series.unit,
        series.kind,
        frozenset((label, change.what) for label, change in series.changes.items()),
    )


def _items(mapping: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(mapping.items()))
