"""The other formats that hold counters, how a format is recognised, and where their errors point."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gpurules.catalog.field import FieldKind
from gpurules.catalog.load import load_catalog
from gpurules.catalog.reading import FORMATS, format_of, read_counters
from gpurules.catalog.resolve import default_selection
from gpurules.catalog.writing import counters_csv
from gpurules.text.errors import InputError
from gpurules.text.span import SourceText
from shared import ROOT

CATALOG = load_catalog()
TEMP = "DCGM_FI_DEV_GPU_TEMP"
USED = "DCGM_FI_DEV_FB_USED"

CONFIG_MAP = f"""\
apiVersion: v1
kind: ConfigMap
metadata:
  name: metrics
data:
  {{key}}: |
    # a comment
    {TEMP}, gauge, Temperature

    {USED}, gauge, Memory
"""

EXPORTER = f"""\
version: 1
metrics:
  fields:
    - name: {TEMP}
      prometheusType: gauge
      help: Temperature.
    - {{{{name: {USED}, prometheusType: gauge, help: Memory.}}}}
collection:
  interval: 30s
""".replace("{{", "{").replace("}}", "}")

PAGE = f"""\
# HELP {TEMP} GPU temperature (in C).
# TYPE {TEMP} gauge
{TEMP}{{gpu="0",UUID="GPU-1",DCGM_FI_DRIVER_VERSION="580.1",pod_label_x="a\\"b}}\\\\"}} 41
# TYPE go_goroutines gauge
go_goroutines 12
dcgm_exporter_build_info{{version="4.8.4"}} 1
{TEMP}{{gpu="1",UUID="GPU-2",DCGM_FI_DRIVER_VERSION="580.1"}} 4.2e+01 1700000000000
{USED} 3
# EOF
"""


def _problems(tmp_path: Path, content: str) -> list[str]:
    path = tmp_path / "my.file"
    path.write_bytes(content.encode())
    with pytest.raises(InputError) as caught:
        read_counters([str(path)], CATALOG)
    return [str(problem).replace(f"{tmp_path}/", "") for problem in caught.value.problems]


def _read(tmp_path: Path, content: str) -> list[tuple[str, str, str, str]]:
    path = tmp_path / "my.file"
    path.write_bytes(content.encode())
    return [
        (counter.name, counter.declared_type, counter.help, str(counter.location).rpartition("my.file:")[2])
        for counter in read_counters([str(path)], CATALOG).counters
    ]


RECOGNISED = [
    (f"{TEMP},gauge,x\n", "a counters CSV"),
    (f'"{TEMP}","gauge","kind: ConfigMap"\n', "a counters CSV"),
    (f"# version: 1\n\n {TEMP} , gauge, x: y\n", "a counters CSV"),
    (CONFIG_MAP, "a ConfigMap with it"),
    ("---\n# Source: x\n" + CONFIG_MAP, "a ConfigMap with it"),
    (json.dumps({"kind": "ConfigMap", "data": {}}), "a ConfigMap with it"),
    (EXPORTER, "dcgm-exporter's YAML configuration"),
    ("collections: []\n", "dcgm-exporter's YAML configuration"),
    ('{"version": 1}', "dcgm-exporter's YAML configuration"),
    (PAGE, "a saved /metrics page"),
    (f"{TEMP} 1\n", "a saved /metrics page"),
    (f"# TYPE {TEMP} gauge\n", "a saved /metrics page"),
]


@pytest.mark.parametrize(("content", "name"), RECOGNISED)
def test_format_is_recognised_by_content(content: str, name: str) -> None:
    assert format_of(SourceText("my.file", content)).name == name


def test_every_format_has_cases_and_a_line_in_the_documentation() -> None:
    names = {known.name for known in FORMATS}
    page = (ROOT / "docs" / "cli" / "fields.md").read_text(encoding="utf-8")
    assert {name for _, name in RECOGNISED} == names
    assert {name for name in names if f"\n| {name} |" not in page} == set()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<html>\n", 'my.file:1:1: "<html>" begins none of the known formats; expected'),
        ("\n\nhello there\n", 'my.file:3:1: "hello there" begins none of the known formats; expected'),
        ("spec: {}\n", 'my.file:1:1: "spec: {}" begins none of the known formats; expected'),
        ("kind: Secret\n", 'my.file:1:1: "kind: Secret" begins none of the known formats; expected'),
        ("\x1b[2J\n", r'my.file:1:1: "\x1b[2J" begins none of the known formats; expected'),
        ("", "my.file: nothing is declared here; expected"),
    ],
)
def test_unknown_format_says_what_was_expected(tmp_path: Path, content: str, expected: str) -> None:
    (problem,) = _problems(tmp_path, content)
    assert problem.startswith(expected)


@pytest.mark.parametrize("key", ["metrics", "dcgm-metrics.csv"])
def test_config_map(tmp_path: Path, key: str) -> None:
    assert _read(tmp_path, CONFIG_MAP.replace("{key}", key)) == [
        (TEMP, "gauge", "Temperature", "8:5"),
        (USED, "gauge", "Memory", "10:5"),
    ]


@pytest.mark.parametrize(
    ("block", "places"),
    [
        (f"|\n    {TEMP},gauge,x\n    {USED},gauge,y\n", ["6:5", "7:5"]),
        (f"|2-\n    {TEMP},gauge,x\n", ["6:5"]),
        (f"|-\r\n        {TEMP},gauge,x\r\n        {USED},gauge,y", ["6:9", "7:9"]),
        (f"|+ # why\n\n      {TEMP},gauge,x\n\n\n", ["7:7"]),
        (f'"{TEMP},gauge,x\\n{USED},gauge,y\\n"\n', ["5:12", "5:12"]),
        (f"{TEMP},gauge,x\n", ["5:12"]),
    ],
    ids=["literal", "indented", "crlf", "blank-lines", "quoted", "plain"],
)
def test_config_map_places(tmp_path: Path, block: str, places: list[str]) -> None:
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  metrics: "
    if block.startswith("|2-"):
        block = block.replace("|2-", "|-")
    assert [row[3] for row in _read(tmp_path, head + block)] == places


def test_config_map_among_other_objects(tmp_path: Path) -> None:
    listed = {
        "kind": "List",
        "items": [
            {"kind": "Service"},
            {"kind": "ConfigMap", "data": {"other": "x"}},
            {"kind": "ConfigMap", "data": {"metrics": f"{TEMP},gauge,x\n"}},
        ],
    }
    assert [row[0] for row in _read(tmp_path, json.dumps(listed))] == [TEMP]
    documents = "kind: Service\n---\n" + CONFIG_MAP.replace("{key}", "metrics")
    assert [row[0] for row in _read(tmp_path, documents)] == [TEMP, USED]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            CONFIG_MAP.replace("{key}", "metrics").replace(USED, "DCGM_FI_DEV_FB_USE"),
            'my.file:10:5: DCGM_FI_DEV_FB_USE is not a DCGM field; did you mean "DCGM_FI_DEV_FB_USED"?',
        ),
        (
            CONFIG_MAP.replace("{key}", "metrics").replace("gauge, Memory", "gauge, A, B"),
            "my.file:10:36: the row has 4 cells instead of 3 (dcgm-exporter calls it line 1); "
            "put a help text with a comma in quotes, no blank before them",
        ),
        (
            CONFIG_MAP.replace("{key}", "other"),
            "my.file:6:3: the ConfigMap has no key metrics or dcgm-metrics.csv, only other",
        ),
        (
            "kind: ConfigMap\n",
            "my.file:1:1: the ConfigMap has no data; it must have the key metrics or dcgm-metrics.csv",
        ),
        ("kind: List\nitems: []\n", "my.file: there is no ConfigMap here"),
        (
            "kind: ConfigMap\ndata:\n  metrics: [1]\n",
            "my.file:3:12: expected the text of a counters CSV, found a list",
        ),
        ("kind: ConfigMap\ndata: {\n", "my.file:3:1: this is not valid YAML"),
        ("kind: ConfigMap\ndata:\n  metrics: ''\n", "my.file: no counter is declared here"),
    ],
)
def test_config_map_errors(tmp_path: Path, content: str, expected: str) -> None:
    (problem,) = _problems(tmp_path, content)
    assert problem.startswith(expected)


def test_exporter_yaml(tmp_path: Path) -> None:
    assert _read(tmp_path, EXPORTER) == [
        (TEMP, "gauge", "Temperature.", "4:13"),
        (USED, "gauge", "Memory.", "7:14"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        "version: 1\ncollection: {interval: 30s}\n",
        "version: 1\nmetrics:\n",
        "version: 1\nmetrics: {file: /etc/dcgm-exporter/default-counters.csv}\n",
        "version: 1\nmetrics: {file: /etc/dcgm-exporter/dcp-metrics-included.csv}\n",
        "version: 2\nmetrics: {file: ' /etc/dcgm-exporter/default-counters.csv ', enableExporterMetrics: true}\n",
        "version: 2\ncollections:\n  - {name: all, every: 10s, metrics: {include: ['*']}}\n",
    ],
)
def test_exporter_yaml_with_the_default_file(tmp_path: Path, content: str) -> None:
    default = [counter.name for counter in default_selection(CATALOG).counters]
    assert [row[0] for row in _read(tmp_path, content)] == default


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "metrics: {fields: []}\n",
            [
                "my.file:1:1: there is no version; write version: 1",
                "my.file:1:10: metrics must have either file or fields",
            ],
        ),
        ("version: 3\n", ["my.file:1:10: expected version 1 or 2, found the number 3"]),
        ("version: 1\nmetrics: [a]\n", ["my.file:2:10: metrics: expected a mapping, found a list"]),
        (
            "version: 1\nmetrics: {file: /tmp/my.csv}\n",
            [
                "my.file:2:17: the counters are in /tmp/my.csv, a file in the exporter's container; "
                "give that file instead of this one"
            ],
        ),
        (
            f"version: 1\nmetrics:\n  file: x\n  fields: [{{name: {TEMP}, prometheusType: gauge, help: x}}]\n",
            ["my.file:3:3: metrics must have either file or fields"],
        ),
        (
            "version: 1\nmetrics:\n  feilds: []\n",
            [
                'my.file:3:3: metrics has no key feilds; did you mean "fields"?',
                "my.file:3:3: metrics must have either file or fields",
            ],
        ),
        (
            f"version: 1\nmetrics:\n  fields:\n    - name: {TEMP}\n      type: gauge\n    - 5\n",
            [
                "my.file:5:7: a field has no key type",
                "my.file:4:7: prometheusType is missing",
                "my.file:4:7: help is missing",
                "my.file:6:7: expected name, prometheusType and help, found the number 5",
            ],
        ),
        (
            f"version: 1\nmetrics:\n  fields:\n    - &a {{name: {TEMP}, prometheusType: gauge, help: x}}\n    - *a\n",
            [f"my.file:4:17: {TEMP} is declared twice, first in line 4"],
        ),
        (
            "version: 1\nmetrics:\n  fields:\n    - {name: DCGM_FI_DEV_GPU_TMP, prometheusType: guage, help: ' '}\n",
            ['my.file:4:64: help: expected a text, found the text " "'],
        ),
        (
            "version: 1\nmetrics:\n  fields:\n    - {name: DCGM_FI_DEV_GPU_TMP, prometheusType: guage, help: x}\n",
            [
                f'my.file:4:14: DCGM_FI_DEV_GPU_TMP is not a DCGM field; did you mean "{TEMP}"?',
                'my.file:4:51: "guage" is not a type of dcgm-exporter; did you mean "gauge"?',
            ],
        ),
        ("version: 1\n---\nversion: 1\n", ["my.file:3:1: a second YAML document begins here; only one is expected"]),
    ],
)
def test_exporter_yaml_errors(tmp_path: Path, content: str, expected: list[str]) -> None:
    assert _problems(tmp_path, content) == expected


def test_metrics_page(tmp_path: Path) -> None:
    assert _read(tmp_path, PAGE) == [
        (TEMP, "gauge", "GPU temperature (in C).", "3:1"),
        (USED, "untyped", "", "8:1"),
        ("DCGM_FI_DRIVER_VERSION", "label", "", "3:43"),
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            f"{TEMP} 1\nDCGM_FI_DEV_GPU_TMP 1\n",
            f'my.file:2:1: DCGM_FI_DEV_GPU_TMP is not a DCGM field; did you mean "{TEMP}"?',
        ),
        (f"{TEMP} 1\n{TEMP}{{gpu=0}} 1\n", f'my.file:2:1: "{TEMP}{{gpu=0}} 1" is no line of a /metrics page'),
        (f"{TEMP} 1\n{TEMP}{{gpu=\n", f'my.file:2:1: "{TEMP}{{gpu=" is no line of a /metrics page'),
        ("go_goroutines 1\n", "my.file: no counter is declared here; add rows such as those of the default"),
    ],
)
def test_metrics_page_errors(tmp_path: Path, content: str, expected: str) -> None:
    assert _problems(tmp_path, content) == [expected]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    path.write_text(counters_csv(CATALOG.fields))
    counters = read_counters([str(path)], CATALOG).counters
    assert [counter.field for counter in counters] == list(CATALOG.fields)
    assert [counter.help for counter in counters] == [field.help for field in CATALOG.fields]
    kinds = {counter.field.kind for counter in counters if counter.declared_type == "counter"}
    assert kinds == {FieldKind.COUNTER}
