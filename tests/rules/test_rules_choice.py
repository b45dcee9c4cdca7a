"""Which counters become records, from which names, and why the others do not."""

from __future__ import annotations

import pytest

from gpurules.catalog.exporters import accepts, find
from gpurules.catalog.field import Counter, Selection
from gpurules.catalog.load import load_catalog
from gpurules.config.model import RecordSetting
from gpurules.rules.choice import Choice, choose
from gpurules.text.errors import InputError

CATALOG = load_catalog()
OLD, NEW = "4.5.3-4.8.2", "4.6.0-4.8.3"


def chosen(
    *names: str, exporters: tuple[str, ...] = (OLD, NEW), settings: dict[str, RecordSetting] | None = None
) -> Choice:
    releases = [find(name) for name in exporters]
    rows = tuple(
        Counter(name, CATALOG.by_name[name], "label" if name.endswith("VERSION") else "gauge", "") for name in names
    )
    return choose(
        Selection(rows, ("test",)), CATALOG, lambda name: any(accepts(r, name) for r in releases), settings or {}
    )


READ_FROM = {
    "both generations": (
        "DCGM_FI_DEV_GPU_UTIL",
        (OLD, NEW),
        {"DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_GPU_UTIL_RATIO"},
    ),
    "old exporters only": ("DCGM_FI_DEV_GPU_UTIL", (OLD,), {"DCGM_FI_DEV_GPU_UTIL"}),
    "a name that never changed": ("DCGM_FI_DEV_FB_USED", (OLD, NEW), {"DCGM_FI_DEV_FB_USED"}),
}


@pytest.mark.parametrize(("name", "exporters", "expected"), READ_FROM.values(), ids=READ_FROM)
def test_names_that_a_record_reads(name: str, exporters: tuple[str, ...], expected: set[str]) -> None:
    (measured,) = chosen(name, exporters=exporters).fields

    assert set(measured.names) == expected
    assert measured.names[0] == name


def test_a_field_under_two_names_is_recorded_once() -> None:
    both = chosen("DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_GPU_UTIL_RATIO")

    assert [measured.field.id for measured in both.fields] == [203]


REFUSED = {
    "text": ("DCGM_FI_DEV_NAME", "label"),
    "type not known": ("DCGM_FI_DEV_FAN_SPEED_RATIO", "known"),
}


@pytest.mark.parametrize(("name", "word"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_has_a_reason(name: str, word: str) -> None:
    choice = chosen(name)

    assert choice.fields == ()
    assert [refusal.subject for refusal in choice.refusals] == [name]
    assert word in choice.refusals[0].reason


def test_label_rows_describe_the_device() -> None:
    (row,) = chosen("DCGM_FI_DRIVER_VERSION").label_rows

    assert row.label == "driver_version"
    assert set(row.names) == {"DCGM_FI_DRIVER_VERSION", "DCGM_FI_SYSTEM_DRIVER_VERSION"}


def test_settings_by_any_name_of_the_field() -> None:
    setting = RecordSetting(combine="max", rename="vmi_gpu_busy_ratio")

    (measured,) = chosen("DCGM_FI_DEV_GPU_UTIL", settings={"DCGM_FI_DEV_GPU_UTIL_RATIO": setting}).fields

    assert (measured.combine, measured.stem) == ("max", "busy_ratio")


WRONG_SETTINGS = {
    "unknown": ("DCGM_FI_DEV_GPU_UTILL", "DCGM_FI_DEV_GPU_UTIL"),
    "not selected": ("DCGM_FI_DEV_FB_USED", "is not selected"),
}


@pytest.mark.parametrize(("name", "said"), WRONG_SETTINGS.values(), ids=WRONG_SETTINGS)
def test_settings_of_other_fields_are_errors(name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        chosen("DCGM_FI_DEV_GPU_UTIL", settings={name: RecordSetting(skip=True)})
