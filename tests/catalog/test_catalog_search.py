"""Searching the catalog, and what gpurules fields shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gpurules.app.fields import SHOWN, Question, show_fields
from gpurules.catalog.load import load_catalog
from gpurules.catalog.search import search
from gpurules.cli.root import invoke
from gpurules.text.errors import CheckFailed, InputError

CATALOG = load_catalog()


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (["power", "watts"], "DCGM_FI_DEV_BOARD_POWER_WATTS"),
        (["DCGM_FI_DEV_POWER_USAGE"], "DCGM_FI_DEV_BOARD_POWER_WATTS"),
        (["POWER_WATTS"], "DCGM_FI_DEV_BOARD_POWER_WATTS"),
        (["energy"], "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"),
        (["licence"], "DCGM_FI_DEV_VGPU_LICENSE_STATUS"),
        (["kHz"], "DCGM_FI_DEV_CPU_CLOCK_CURRENT"),
        (["xid"], "DCGM_FI_DEV_XID_ERROR"),
        (["tensor", "ratio"], "DCGM_FI_PROF_TENSOR_UTIL_RATIO"),
        (["dcgm_fb_used"], "DCGM_FI_DEV_FB_USED"),
    ],
)
def test_best_hit(words: list[str], first: str) -> None:
    assert search(words, CATALOG)[0].name == first


def test_every_word_must_be_there() -> None:
    assert search(["power", "nosuchword"], CATALOG) == ()
    assert len(search(["nvlink"], CATALOG)) > len(search(["nvlink", "errors"], CATALOG)) > 0
    assert search([], CATALOG) == CATALOG.fields == search([""], CATALOG)


def test_what_cannot_be_recorded_comes_after_its_equals() -> None:
    found = search(["power"], CATALOG)
    version = next(field for field in found if field.name == "DCGM_FI_DEV_INFOROM_POWER_VERSION")
    assert found.index(version) > found.index(CATALOG.by_name["DCGM_FI_DEV_POWER_USAGE"])


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("energy.txt", Question(("energy",))),
        ("card_gpu_util.txt", Question(("DCGM_FI_DEV_GPU_UTIL",))),
        ("card_energy.txt", Question(("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",))),
        ("card_driver_version.txt", Question(("DCGM_FI_DRIVER_VERSION",))),
        ("card_health.txt", Question(("DCGM_EXP_GPU_HEALTH_STATUS",))),
        ("card_memory_temp.txt", Question(("DCGM_FI_DEV_MEMORY_TEMP",))),
    ],
)
def test_shown(name: str, question: Question, golden: Callable[[str, str], None]) -> None:
    text = show_fields(question)
    assert all(len(line) <= 80 for line in text.splitlines())
    golden(name, text)


def test_table_is_cut_unless_all_is_asked_for() -> None:
    cut = show_fields(Question(("nvlink",)))
    assert "more; --all shows them" in cut
    assert cut.count("\nDCGM_") == SHOWN - 1
    whole = show_fields(Question(("nvlink",), show_all=True))
    assert whole.count("\nDCGM_") > SHOWN
    assert "more;" not in whole


def test_table_of_everything_keeps_80_columns() -> None:
    text = show_fields(Question(show_all=True))
    assert text.count("DCGM_FI_") >= 656
    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_only_what_the_counters_files_export(tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text("DCGM_FI_DEV_POWER_USAGE,gauge,x\nDCGM_FI_DEV_GPU_TEMP,gauge,x\n")
    text = show_fields(Question(("power",), (str(path),)))
    assert text.splitlines()[0] == "DCGM_FI_DEV_BOARD_POWER_WATTS"
    assert text.count("DCGM_FI_") == 1
    with pytest.raises(CheckFailed, match="no field of the counters files"):
        show_fields(Question(("energy",), (str(path),)))


def test_json_has_every_fact() -> None:
    (entry,) = json.loads(show_fields(Question(("DCGM_FI_DEV_FB_USED",)), as_json=True))["fields"]
    assert entry == {
        "id": 252,
        "name": "DCGM_FI_DEV_FB_USED",
        "other_names": ["dcgm_fb_used"],
        "help": "Device memory that is in use.",
        "value_type": "int64",
        "kind": "gauge",
        "unit": "MiB",
        "base_unit": "byte",
        "scale": "1048576",
        "combine": "sum",
        "entity": "gpu",
        "grain": "instance",
        "dimensions": [],
        "ignore_zero": False,
        "subsystem": "memory",
        "release": "<=3.1.8",
        "record": "memory_used_bytes",
        "refusal": None,
    }


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("DCGM_FI_DEV_SM_CLOK",), 'no field has "DCGM_FI_DEV_SM_CLOK"; did you mean "DCGM_FI_DEV_SM_CLOCK"?'),
        (("memory_used_byte5",), 'no field has "memory_used_byte5"; did you mean "memory_used_bytes"?'),
        (("qqqq",), 'no field has "qqqq"; try a single word, such as power'),
        (("\x1b[2J",), r'no field has "\x1b[2J"; try a single word, such as power'),
    ],
)
def test_nothing_found(words: tuple[str, ...], expected: str) -> None:
    with pytest.raises(CheckFailed) as caught:
        show_fields(Question(words))
    assert str(caught.value) == expected


def test_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert invoke(["fields", "DCGM_FI_DEV_GPU_TEMP", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["fields"][0]["id"] == 150
    with pytest.raises(CheckFailed):
        invoke(["fields", "qqqq"])
    with pytest.raises(InputError, match="no such file"):
        invoke(["fields", "--counters", str(tmp_path / "absent.csv")])
