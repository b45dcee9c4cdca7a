"""The reports for people and JSON, on the same findings; those for other machines: test_lint_machine_reports.py."""

from __future__ import annotations

import importlib
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import jsonschema
import pytest

from gpurules.cli.lint import FORMATS
from gpurules.lint.engine import run_checks
from gpurules.lint.identifiers import CHECKS
from gpurules.lint.located import locate
from gpurules.lint.reporters.registry import REPORTERS, reporter
from gpurules.lint.reporters.report import Report
from lint_cases import loaded, made_target
from shared import ROOT

TEXT = """\
groups:
  - name: gpu
    rules:
      - record: vm:gpu_memory_used_bytes:sum
        expr: |
          sum by (namespace, pod) (DCGM_FI_DEV_FB_USED)
      - alert: "A%, <b> & 'c'"
        expr: >-
          sum by (namespace) (DCGM_FI_DEV_POWER_USAGE)
          * on (namespace, name) group_left ()
          group by (namespace, name) (kubevirt_vmi_info)
      - alert: Long
        expr: 'LONG + DCGM_FI_DEV_GPU_TMEP{a="é漢"} + DCGM_FI_DEV_GPU_TMEP{a="é漢"}'
""".replace("LONG", "sum(" + "a" * 100 + ")")


def _report(text: str = TEXT, colour: bool = False) -> Report:
    read = loaded(text)
    chosen = frozenset(CHECKS) - {"join/not-proved", "join/unverified-source"}
    findings = [locate(finding) for finding in run_checks(read, made_target({}), chosen)]
    return Report(findings, 1, len(read.workspace.rules), colour, names=("rules.yaml",))


@pytest.mark.parametrize("form", ["text", "concise", "json"])
def test_report(form: str, golden: Callable[[str, str], None]) -> None:
    text = reporter(form)(_report())
    golden(f"report.{form}.txt", re.sub(r'"version": "\d+\.\d+\.\d+"', '"version": "0.0.0"', text))


def test_coloured_report(golden: Callable[[str, str], None]) -> None:
    golden("report.coloured.txt", reporter("text")(_report(colour=True)).replace("\x1b", "<ESC>"))


def test_every_form_is_offered_and_documented() -> None:
    assert tuple(REPORTERS) == FORMATS
    page = (ROOT / "docs" / "cli" / "lint.md").read_text(encoding="utf-8")
    for name, module in REPORTERS.items():
        assert f"| `{name}` |" in page
        assert importlib.import_module(module).__doc__


@pytest.mark.parametrize("form", REPORTERS)
def test_nothing_found(form: str) -> None:
    text = reporter(form)(_report("groups: []\n"))
    if form in ("text", "concise", "github"):
        assert text == ""
    elif form in ("junit", "checkstyle"):
        ElementTree.fromstring(text)
    else:
        json.loads(text)


def test_json_satisfies_its_schema() -> None:
    schema = json.loads((ROOT / "docs" / "lint.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for report in (_report(), _report("groups: []\n"), _report("groups:\n\t- a\n")):
        jsonschema.validate(json.loads(reporter("json")(report)), schema, jsonschema.Draft202012Validator)


def test_columns_point_at_the_words() -> None:
    lines = TEXT.splitlines()
    for finding in json.loads(reporter("json")(_report()))["findings"]:
        for place in (finding, *finding["reasons"]):
            start, end = place["start"], place["end"]
            if start["line"] == end["line"]:
                words = lines[start["line"] - 1][start["column"] - 1 : end["column"] - 1]
                assert words.strip() == words != ""


def test_a_rule_without_a_name_is_not_called_an_alert() -> None:
    text = "groups: [{name: a, rules: [{recrod: x, expr: up}]}]\n"
    found = [locate(one) for one in run_checks(loaded(text), made_target({}), frozenset(CHECKS))]
    assert found
    assert {one.rule for one in found} == {""}
