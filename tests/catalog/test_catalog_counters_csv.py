"""The counters CSV, clause by clause as dcgm-exporter reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gpurules.catalog.csv_records import read_records
from gpurules.catalog.exporters import find
from gpurules.catalog.field import Selection
from gpurules.catalog.load import load_catalog
from gpurules.catalog.reading import read_counters
from gpurules.catalog.resolve import default_selection
from gpurules.text.errors import InputError

CATALOG = load_catalog()
TEMP = "DCGM_FI_DEV_GPU_TEMP"
USED = "DCGM_FI_DEV_FB_USED"


def _read(tmp_path: Path, content: str | bytes, *exporters: str) -> Selection:
    path = tmp_path / "my.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_counters([str(path)], CATALOG, [find(name) for name in exporters])


def _problems(tmp_path: Path, content: str | bytes, *exporters: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        _read(tmp_path, content, *exporters)
    return [str(problem).replace(f"{tmp_path}/", "") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a,b,c\n", [["a", "b", "c"]]),
        ("a,b,c", [["a", "b", "c"]]),
        ("a,b,c\r\nd,e,f\r\n", [["a", "b", "c"], ["d", "e", "f"]]),
        ("a,b,c\r", [["a", "b", "c"]]),
        ("a\rb,c", [["a\rb", "c"]]),
        ("\n\r\na,b,c\n\n", [["a", "b", "c"]]),
        (" \n", [[" "]]),
        ("#a,b,c\nd,e,f\n", [["d", "e", "f"]]),
        (" #a,b,c\n", [[" #a", "b", "c"]]),
        ("a,#b,c\n", [["a", "#b", "c"]]),
        ("a, b ,\tc\n", [["a", " b ", "\tc"]]),
        (",,\n", [["", "", ""]]),
        ('"a","b","c"\n', [["a", "b", "c"]]),
        ('a,b,"c, d"\n', [["a", "b", "c, d"]]),
        ('a,b,"say ""c"""\n', [["a", "b", 'say "c"']]),
        ('a,b,"c\r\nd"\ne,f,g\n', [["a", "b", "c\nd"], ["e", "f", "g"]]),
        ('a,b,"#c\n#d"\n', [["a", "b", "#c\n#d"]]),
        ('a,b,""', [["a", "b", ""]]),
        ('a,b,"c"\r', [["a", "b", "c"]]),
        ("", []),
        ("# only a comment", []),
    ],
)
def test_cells_as_go_reads_them(text: str, cells: list[list[str]]) -> None:
    records, malformed = read_records(text)
    assert malformed == []
    assert [[cell.text for cell in record.cells] for record in records] == cells


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ('a,b, "c"\n', "bare", 5),
        ('a"b,c\n', "bare", 1),
        ('"a"b,c\n', "extraneous", 2),
        ('"a" ,c\n', "extraneous", 2),
        ('a,"b\nc,d\n', "not closed", 2),
        ('a,"', "not closed", 2),
    ],
)
def test_malformed_as_go_finds_it(text: str, message: str, offset: int) -> None:
    records, malformed = read_records(text)
    assert records == []
    assert [(error.offset, message in error.message) for error in malformed] == [(offset, True)]


def test_reading_goes_on_after_a_malformed_record() -> None:
    records, malformed = read_records('a,"b"c\nd,e\n"f"g\nh,i\n')
    assert [record.cells[0].text for record in records] == ["d", "h"]
    assert [record.number for record in records] == [1, 3]
    assert [error.offset for error in malformed] == [4, 13]


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (f"{TEMP},gauge,help\n", [TEMP]),
        (f"{TEMP} ,  gauge, help \n", [TEMP]),
        (f"# {USED}, gauge, no\n{TEMP}, gauge, help\n", [TEMP]),
        (f"{TEMP},gauge,\n", [TEMP]),
        ("DCGM_FI_DEV_GPU_TEMP_CELSIUS,gauge,the name of DCGM 4.6\n", ["DCGM_FI_DEV_GPU_TEMP_CELSIUS"]),
        ("dcgm_gpu_temp,gauge,the name of exporter 1.x\n", ["dcgm_gpu_temp"]),
        ("DCGM_EXP_XID_ERRORS_COUNT,counter,wrong type\n", ["DCGM_EXP_XID_ERRORS_COUNT"]),
        ("DCGM_FI_DRIVER_VERSION,label,text\n", ["DCGM_FI_DRIVER_VERSION"]),
        (f"{TEMP},label,a number as label\n", [TEMP]),
        (f"{TEMP},histogram,before 4.8.3\n", [TEMP]),
        (f"{TEMP},untyped,from 4.8.3\n", [TEMP]),
        (f"{TEMP},gauge,one\n{TEMP},counter,two\n", [TEMP]),
        (f'"{TEMP}","gauge","a, b"\r\n{USED},gauge,c\r\n', [TEMP, USED]),
    ],
)
def test_accepted(tmp_path: Path, content: str, names: list[str]) -> None:
    assert [counter.name for counter in _read(tmp_path, content).counters] == names


def test_declared_type_is_kept_and_the_catalog_decides(tmp_path: Path) -> None:
    (counter,) = _read(tmp_path, "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL, counter, all links\n").counters
    assert (counter.declared_type, counter.help, counter.field.kind.value) == ("counter", "all links", "gauge")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            f"\n{TEMP}, gauge, hot, very hot\n",
            "my.csv:2:35: the row has 4 cells instead of 3 (dcgm-exporter calls it line 0); "
            "put a help text with a comma in quotes, no blank before them",
        ),
        (
            f"{TEMP}, gauge\n",
            "my.csv:1:1: the row has 2 cells instead of 3 (dcgm-exporter calls it line 0); a row is: field, type, help",
        ),
        (
            f' {TEMP}, gauge, "quoted, late"\n',
            "my.csv:1:31: not a row: a quote stands inside a cell that does not begin with one "
            '(bare " in non-quoted field)',
        ),
        (
            "DCGM_FI_DEV_GPU_TMP, gauge, x\n",
            f'my.csv:1:1: DCGM_FI_DEV_GPU_TMP is not a DCGM field; did you mean "{TEMP}"?',
        ),
        (
            "dcgm_fi_dev_gpu_temp, gauge, case matters\n",
            f'my.csv:1:1: dcgm_fi_dev_gpu_temp is not a DCGM field; did you mean "{TEMP}"?',
        ),
        (
            "\tDCGM_FI_DEV_GPU_TEMP, gauge, a tab is not trimmed\n",
            r'my.csv:1:1: \tDCGM_FI_DEV_GPU_TEMP is not a DCGM field; did you mean "DCGM_FI_DEV_GPU_TEMP"?',
        ),
        (
            "DCGM_FI_UNKNOWN, gauge, x\n",
            "my.csv:1:1: DCGM_FI_UNKNOWN is no field; remove the row, though dcgm-exporter takes it",
        ),
        (f"{TEMP}, guage, x\n", 'my.csv:1:23: "guage" is not a type of dcgm-exporter; did you mean "gauge"?'),
        (f"{TEMP}, Gauge, x\n", 'my.csv:1:23: "Gauge" is not a type of dcgm-exporter; did you mean "gauge"?'),
        (" , gauge, x\n", "my.csv:1:1: the name of the field is empty; a row is: field, type, help"),
        (
            f"{TEMP}, gauge, x\n #{USED}, gauge, blank before the hash\n",
            f'my.csv:2:2: #{USED} is not a DCGM field; did you mean "{USED}"?',
        ),
        (
            "DCGM_FI_DEV_\x1b[31m, gauge, x\n",
            r"my.csv:1:1: DCGM_FI_DEV_\x1b[31m is not a DCGM field; see gpurules fields",
        ),
        (
            b"\xef\xbb\xbf" + f"{TEMP}, gauge, x\n".encode(),
            "my.csv:1:1: the file begins with a byte order mark, "
            "which dcgm-exporter takes for a part of the first name; save it without",
        ),
        (
            "# nothing\n",
            "my.csv: nothing is declared here; expected "
            "a ConfigMap with it, dcgm-exporter's YAML configuration, a saved /metrics page or a counters CSV",
        ),
    ],
)
def test_refused_with_place_and_advice(tmp_path: Path, content: str | bytes, expected: str) -> None:
    assert _problems(tmp_path, content) == [expected]


def test_all_problems_of_all_files_at_once(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("A,gauge,x\nDCGM_FI_DEV_GPU_TEMP,gauge\n")
    (tmp_path / "two.csv").write_text("B,gage,x\n")
    with pytest.raises(InputError) as caught:
        read_counters([str(tmp_path / name) for name in ("one.csv", "two.csv", "three.csv")], CATALOG)
    places = [str(problem.location).rpartition("/")[2] for problem in caught.value.problems]
    assert places == ["one.csv:2:1", "one.csv:1:1", "two.csv:1:1", "two.csv:1:3", "three.csv"]


def test_many_problems_are_cut(tmp_path: Path) -> None:
    problems = _problems(tmp_path, "X,gauge,x\n" * 5000)
    assert len(problems) == 51
    assert problems[-1] == "and 4950 more of this kind"


@pytest.mark.parametrize(
    ("content", "exporters", "expected"),
    [
        (f"{TEMP},gauge,x\n", ["4.5.3-4.8.2"], ""),
        ("DCGM_FI_DEV_GPU_TEMP_CELSIUS,gauge,x\n", ["4.6.0-4.8.3"], ""),
        (
            "DCGM_FI_DEV_GPU_TEMP_CELSIUS,gauge,x\n",
            ["4.5.3-4.8.2"],
            f"my.csv:1:1: DCGM_FI_DEV_GPU_TEMP_CELSIUS is unknown to dcgm-exporter 4.5.3-4.8.2, which would not start; "
            f"write {TEMP}",
        ),
        ("DCGM_FI_DEV_GPU_TEMP_CELSIUS,gauge,x\n", ["4.5.3-4.8.2", "4.6.0-4.8.3"], ""),
        (
            "DCGM_EXP_XID_ERRORS_TOTAL,counter,x\n",
            ["4.5.3-4.8.2"],
            "my.csv:1:1: DCGM_EXP_XID_ERRORS_TOTAL is unknown to dcgm-exporter 4.5.3-4.8.2, which would not start; "
            "remove the row or name a newer release",
        ),
        (f"{TEMP},summary,x\n", ["4.5.3-4.8.2"], ""),
        (
            f"{TEMP},summary,x\n",
            ["4.6.0-4.8.3"],
            'my.csv:1:22: "summary" is not a type of dcgm-exporter; one of counter, gauge, label, untyped',
        ),
        (f"{TEMP},gauge,x\n{TEMP},gauge,x\n", ["4.5.3-4.8.2"], ""),
        (
            f"{TEMP},gauge,x\n{TEMP},gauge,x\n",
            ["4.6.0-4.8.3"],
            f"my.csv:2:1: {TEMP} is declared twice, first in line 1; remove one of the two rows",
        ),
    ],
)
def test_releases_in_use_decide(tmp_path: Path, content: str, exporters: list[str], expected: str) -> None:
    if expected:
        assert _problems(tmp_path, content, *exporters) == [expected]
    else:
        assert _read(tmp_path, content, *exporters).counters


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"{TEMP},gauge,{'x' * 65537}\n", "a cell is longer than 65,536 characters"),
        (f"{TEMP},gauge,x\n" * 10001, "there are more than 10,000 rows"),
        ("x" * (4 * 1024 * 1024 + 1), "there are more than 4,194,304 bytes"),
        (f"{TEMP},gauge,\0\n", "there is a NUL byte"),
        (b"\xff\xfea\0", "this is UTF-16"),
        (f"{TEMP},gauge,".encode() + b"\xe9\n", "not UTF-8"),
    ],
    ids=["cell", "rows", "file", "nul", "utf-16", "latin-1"],
)
def test_bounds(tmp_path: Path, content: str | bytes, expected: str) -> None:
    assert expected in _problems(tmp_path, content)[0]


def test_a_line_of_commas_takes_linear_time(tmp_path: Path) -> None:
    problems = _problems(tmp_path, "," * 4_000_000)
    assert problems[0].startswith("my.csv:1:4: the row has 4000001 cells instead of 3")


def test_files_are_united_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(f"{TEMP},gauge,one\n")
    (tmp_path / "two.csv").write_text(f"{USED},gauge,two\n{TEMP},counter,again\n")
    paths = [str(tmp_path / "one.csv"), str(tmp_path / "two.csv")]
    selection = read_counters(paths, CATALOG)
    assert [(counter.name, counter.help) for counter in selection.counters] == [(TEMP, "one"), (USED, "two")]
    assert selection.sources == tuple(paths)


def test_default_selection() -> None:
    selection = default_selection(CATALOG)
    assert len(selection.counters) == 26
    assert [counter.name for counter in selection.counters if counter.declared_type == "label"] == [
        "DCGM_FI_DRIVER_VERSION"
    ]
    assert read_counters([], CATALOG) == selection
