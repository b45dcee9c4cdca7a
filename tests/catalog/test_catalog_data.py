"""The catalog agrees with itself: unique names, and a record, unit, combination and help wherever one is due."""

from __future__ import annotations

import re
import time
from collections import Counter as Tally
from fractions import Fraction

import pytest

from gpurules.catalog.field import Field, FieldKind
from gpurules.catalog.load import load_catalog, read_table
from gpurules.catalog.units import UNITS, record_suffix, word_of
from gpurules.promql.types import SECOND, Unit

CATALOG = load_catalog()
RECORDED = [field for field in CATALOG.fields if not field.refusal]
SUFFIXES = sorted({entry.suffix for entry in UNITS.values()} | {"per_second"}, key=len, reverse=True)

UPSTREAM_NAMES = {"util", "mem_copy_util", "gr_engine_active", "fb_free", "fb_used", "info"}
"""Metric parts that KubeVirt ships with another meaning."""

NOT_BASE_UNITS = {"mhz", "khz", "mib", "percent", "mj", "ns", "ms", "us", "mb", "kb", "gb", "milliseconds", "minutes"}


def _ids(fields: list[Field]) -> list[str]:
    return [field.name for field in fields]


def test_counts() -> None:
    from_dcgm = [field for field in CATALOG.fields if field.id < 9000]
    assert len(from_dcgm) == 656
    assert sum(field.kind is FieldKind.UNKNOWN for field in from_dcgm) == 13
    assert len(CATALOG.fields) - len(from_dcgm) == 6


@pytest.mark.parametrize("what", ["id", "name", "record"])
def test_unique(what: str) -> None:
    values = Tally(str(getattr(field, what)) for field in CATALOG.fields)
    del values[""]
    assert [value for value, count in values.items() if count > 1] == []


def test_every_name_belongs_to_one_field() -> None:
    names = Tally(name for field in CATALOG.fields for name in field.names)
    assert [name for name, count in names.items() if count > 1] == []
    assert len(CATALOG.by_name) == len(names)


def test_in_the_order_of_their_numbers() -> None:
    ids = [field.id for field in CATALOG.fields]
    assert ids == sorted(ids)


def test_every_name_says_which_exporters_accept_it() -> None:
    assert {row[0] for row in read_table("accepted.tsv")} == set(CATALOG.by_name)


def test_whoever_has_no_record_has_a_reason() -> None:
    assert [field.name for field in CATALOG.fields if bool(field.record) == bool(field.refusal)] == []


@pytest.mark.parametrize("field", CATALOG.fields, ids=_ids(list(CATALOG.fields)))
def test_help_is_one_sentence(field: Field) -> None:
    assert re.fullmatch(r"[A-ZJv0-9][^.\t]*(\.[0-9][^.\t]*)*\.", field.help), field.help
    assert len(field.help) <= 140


@pytest.mark.parametrize("field", RECORDED, ids=_ids(RECORDED))
def test_record_name(field: Field) -> None:
    words = field.record.split("_")
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", field.record)
    assert len(set(words)) == len(words), "a word is repeated"
    assert not {"total", "gpu", "vmi", "kubevirt", "count", "gauge", "counter"} & set(words)
    assert not NOT_BASE_UNITS & set(words)
    assert field.record not in UPSTREAM_NAMES


@pytest.mark.parametrize("field", RECORDED, ids=_ids(RECORDED))
def test_record_name_ends_in_its_base_unit(field: Field) -> None:
    expected = record_suffix(field.kind, word_of(field.unit, field.kind))
    ending = next((suffix for suffix in SUFFIXES if suffix and field.record.endswith(f"_{suffix}")), "")
    assert ending == expected


@pytest.mark.parametrize("field", RECORDED, ids=_ids(RECORDED))
def test_record_has_unit_and_combination_that_fit_its_kind(field: Field) -> None:
    assert field.combine in ("sum", "avg", "max", "min", None)
    match field.kind:
        case FieldKind.COUNTER | FieldKind.GAUGE | FieldKind.RATIO:
            assert field.unit is not None
            assert field.combine is not None
        case FieldKind.FLAG:
            assert field.unit is None
            assert field.combine in ("max", "min")
        case FieldKind.CODE:
            assert field.unit is None
            assert field.combine in ("max", "min", None)
        case _:
            pytest.fail(f"a {field.kind.value} cannot be recorded")
    if field.kind is FieldKind.RATIO:
        assert field.unit is not None
        assert field.unit.dimension == ()
        assert field.combine != "sum"


@pytest.mark.parametrize(
    ("word", "dimension", "scale"),
    [
        ("MiB", (("byte", 1),), Fraction(1048576)),
        ("percent", (), Fraction(1, 100)),
        ("W", (("joule", 1), ("second", -1)), Fraction(1)),
        ("mJ", (("joule", 1),), Fraction(1, 1000)),
        ("MHz", (("hertz", 1),), Fraction(1000000)),
        ("kHz", (("hertz", 1),), Fraction(1000)),
        ("ns", (("second", 1),), Fraction(1, 10**9)),
        ("1000KiB/s", (("byte", 1), ("second", -1)), Fraction(1024000)),
        ("KB/s", (("byte", 1), ("second", -1)), Fraction(1000)),
        ("mW/s", (("joule", 1), ("second", -2)), Fraction(1, 1000)),
        ("mV", (("volt", 1),), Fraction(1, 1000)),
        ("count", (), Fraction(1)),
    ],
)
def test_unit_words(word: str, dimension: tuple[tuple[str, int], ...], scale: Fraction) -> None:
    assert UNITS[word].unit == Unit(dimension, scale)


def test_words_and_units_are_one_to_one_but_for_count_and_ratio() -> None:
    for word, entry in UNITS.items():
        kind = FieldKind.RATIO if word in ("ratio", "percent") else FieldKind.GAUGE
        assert word_of(entry.unit, kind) == word


@pytest.mark.parametrize(
    ("name", "unit_of_the_rate"),
    [
        ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", Unit((("joule", 1), ("second", -1)), Fraction(1, 1000))),
        ("DCGM_FI_DEV_POWER_VIOLATION", Unit((), Fraction(1, 10**9))),
        ("DCGM_FI_PROF_PCIE_TX_BYTES_TOTAL", Unit((("byte", 1), ("second", -1)))),
    ],
)
def test_rate_of_a_counter_has_the_unit_that_its_record_is_named_after(name: str, unit_of_the_rate: Unit) -> None:
    unit = CATALOG.by_name[name].unit
    assert unit is not None
    assert unit.per(SECOND) == unit_of_the_rate


def test_loads_fast() -> None:
    load_catalog.cache_clear()
    start = time.perf_counter()
    load_catalog()
    assert time.perf_counter() - start < 0.2
    assert load_catalog() is load_catalog()
