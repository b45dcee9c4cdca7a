"""The catalog against the tables that were taken from DCGM's and dcgm-exporter's sources, where they are at hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gpurules.catalog.field import Entity, FieldKind
from gpurules.catalog.load import load_catalog
from gpurules.catalog.reading import read_counters
from gpurules.catalog.resolve import default_selection
from shared import SHARED

CATALOG = load_catalog()
pytestmark = pytest.mark.skipif(SHARED is None, reason="no reference tables here")

BY_ID = {field.id: field for field in CATALOG.fields}
CORRECTED_COUNTERS = {390, 391, 393, 394}
"""Called counters there; kept in the board over its life, hence recorded as amounts."""


def _table(name: str) -> Iterator[dict[str, str]]:
    if SHARED is None:
        return
    heading, *lines = (SHARED / "data" / name).read_text(encoding="utf-8").splitlines()
    for line in lines:
        yield dict(zip(heading.split("\t"), line.split("\t"), strict=True))


def test_all_fields_are_there_under_their_current_names() -> None:
    assert {int(row["field_id"]): row["name"] for row in _table("dcgm_fields.tsv")} == {
        field.id: field.name for field in CATALOG.fields if field.id < 9000
    }


def test_value_types_agree() -> None:
    wrong = [
        row["name"] for row in _table("dcgm_fields.tsv") if BY_ID[int(row["field_id"])].value_type != row["value_type"]
    ]
    assert wrong == []


def test_aliases_agree() -> None:
    expected: dict[str, int] = {}
    for row in _table("dcgm_field_aliases.tsv"):
        if row["field_id"] != "0":
            expected[row["alias"]] = int(row["field_id"])
    known = {name: field.id for name, field in CATALOG.by_name.items()}
    assert {name: known.get(name) for name in expected} == expected


def test_entities_agree() -> None:
    words = {"GPU_CI": "GPU", "GPU_I": "GPU", "": "GPU"}
    wrong = []
    for row in _table("dcgm_fields.tsv"):
        level = words.get(row["entity_level"], row["entity_level"])
        if BY_ID[int(row["field_id"])].entity is not Entity[level]:
            wrong.append(row["name"])
    assert wrong == ["DCGM_FI_DEV_VGPU_LICENSE_STATUS"]


def test_counters_agree_but_for_those_that_were_corrected() -> None:
    wrong = set()
    for row in _table("dcgm_fields.tsv"):
        field = BY_ID[int(row["field_id"])]
        if field.kind is not FieldKind.UNKNOWN and (row["prometheus_type"] == "counter") != (
            field.kind is FieldKind.COUNTER
        ):
            wrong.add(field.id)
    assert wrong == CORRECTED_COUNTERS


def test_real_types_of_the_exporters_counters_agree() -> None:
    wrong = []
    for row in _table("exporter_counters.tsv"):
        field = CATALOG.by_name[row["metric"]]
        if field.id not in CORRECTED_COUNTERS and (row["type_real"] == "counter") != (field.kind is FieldKind.COUNTER):
            wrong.append(row["metric"])
    assert wrong == []


def test_no_help_text_is_upstream_prose() -> None:
    if SHARED is None:
        return
    prose = set()
    for path in SHARED.glob("data/upstream/dcgm-exporter/*/*.csv"):
        for line in path.read_text(encoding="utf-8").splitlines():
            cells = line.lstrip("# ").split(",", 2)
            if len(cells) == 3:
                prose.add(cells[2].strip().rstrip(".").casefold())
    ours = {field.help.rstrip(".").casefold() for field in CATALOG.fields}
    assert {text for text in ours & prose if len(text.split()) > 3} == set()


def _upstream_files() -> list[Path]:
    return sorted(SHARED.glob("data/upstream/dcgm-exporter/*/*.csv")) if SHARED else []


@pytest.mark.parametrize("path", _upstream_files(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_real_counters_file_is_read(path: Path) -> None:
    selection = read_counters([str(path)], CATALOG)
    rows = {
        line.partition(",")[0].strip()
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    }
    assert {counter.name for counter in selection.counters} == rows
    assert len(rows) >= 20


def test_default_set_is_that_of_the_newest_release() -> None:
    path = _upstream_files()[-1]
    assert path.name == "default-counters.csv"
    theirs = {counter.name: counter for counter in read_counters([str(path)], CATALOG).counters}
    ours = {counter.name: counter for counter in default_selection(CATALOG).counters}
    assert ours.keys() == theirs.keys()
    different = {name for name in ours if ours[name].declared_type != theirs[name].declared_type}
    assert different == {"DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL"}, "a gauge from 4.8.3 on"
