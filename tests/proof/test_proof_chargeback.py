"""The recipes of docs/records.md give the bill that was lived through: restarts, migrations and gaps included.

The series of a count or of power is played, the rule that is rendered adds it up, and the documented query is asked.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

import components
import promtool_runs
import vmalert_runs
from gpurules.app.rendering import render
from gpurules.config.model import Config, OutputSection, RulesSection
from gpurules.promql.syntax.printer import to_text
from shared import ROOT

PAGE = (ROOT / "docs" / "records.md").read_text(encoding="utf-8")
COUNT = "namespace_model:kubevirt_vmi_gpu_devices:count"
POWER = "namespace_model:kubevirt_vmi_gpu_power_watts:sum"
TIME = "namespace_model:kubevirt_vmi_gpu_device_seconds:sum_over_time1h"
ENERGY = "namespace_model:kubevirt_vmi_gpu_energy_joules:sum_over_time1h"
LABELS = '{namespace="research", modelName="H100"}'

HOURS = 6
MINUTES = {
    "two GPUs all the time": ("2+0x720", 2 * 60 * HOURS, 0),
    "a VM of 90 minutes": ("_x60 1+0x180 stale _x480", 91, 1),
    "stopped and started": ("1+0x119 stale _x119 1+0x239 stale _x240", 180, 2),
    "a second VM joins for an hour": ("1+0x239 2+0x119 1+0x361", 60 * HOURS + 60, 1),
    "rules not evaluated for three minutes": ("1+0x239 _x6 1+0x480", 60 * HOURS, 1),
    "rules not evaluated for an hour": ("1+0x119 _x120 1+0x480", 60 * HOURS - 55, 1),
}
"""Readings of a count every 30 s for six hours, the GPU minutes that they mean, and minutes of tolerance: five minutes
after the last evaluation the last reading still counts, which is Prometheus' lookback."""


@pytest.fixture(scope="module")
def integrals() -> Mapping[str, str]:
    """The rendered expressions that add up."""
    rendering = render(Config(rules=RulesSection(preset="chargeback"), output=OutputSection(format="rules")))
    rules = [rule for group in rendering.rules.groups for rule in group.rules]
    return {rule.spec.record: to_text(rule.expression) for rule in rules if rule.spec.step}


def recipe(heading: str) -> str:
    """The query below a line of the page."""
    found = re.search(rf"^{re.escape(heading)}.*?```promql\n(.*?)\n```", PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"docs/records.md has no recipe {heading!r}"
    return found[1].replace("[30d:", f"[{HOURS}h:")


def answers(promtool: Path, folder: Path, rules: Mapping[str, str], series: Mapping[str, str], query: str) -> str:
    """What promtool complains of where ``query`` is not true after six hours."""
    lines = ["groups: [{name: g, rules: ["]
    lines += [f"{{record: {json.dumps(record)}, expr: {json.dumps(text)}}}," for record, text in rules.items()]
    (folder / "rules.yaml").write_text("\n".join([*lines, "]}]"]), encoding="utf-8")
    test = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "30s",
        "tests": [
            {
                "interval": "30s",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [
                    {"expr": query, "eval_time": f"{HOURS}h1s", "exp_samples": [{"labels": "{}", "value": 1}]}
                ],
            }
        ],
    }
    (folder / "test.yaml").write_text(json.dumps(test), encoding="utf-8")
    done = subprocess.run(
        [promtool, "test", "rules", "test.yaml"], cwd=folder, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def near(query: str, value: float, tolerance: float) -> str:
    """Whether the query's only number is within the tolerance, as a query."""
    return f"sum(abs(({query}) - {value}) <= bool {tolerance})"


@pytest.mark.parametrize(("readings", "minutes", "tolerance"), MINUTES.values(), ids=MINUTES)
@pytest.mark.parametrize("heading", ["GPU-hours of each namespace", "GPU-hours without the hourly record"])
def test_gpu_hours(
    heading: str,
    readings: str,
    minutes: float,
    tolerance: float,
    integrals: Mapping[str, str],
    promtools: dict[str, Path],
    tmp_path: Path,
) -> None:
    if "_x120" in readings and "without" not in heading:
        # At a full hour within a gap there is nothing to read: what had been counted of that hour is missed.
        tolerance = 61
    query = near(recipe(heading), minutes / 60, (tolerance + 0.01) / 60)
    rules = {TIME: integrals[TIME]}

    for promtool in promtools.values():
        assert answers(promtool, tmp_path, rules, {COUNT + LABELS: readings}, query) == ""


def test_energy(integrals: Mapping[str, str], promtools: dict[str, Path], tmp_path: Path) -> None:
    # 300 W for two hours, 100 W for one, nothing for one, 200 W for two: 1.1 kWh.
    readings = "300+0x239 100+0x119 stale _x119 200+0x240"
    query = near(recipe("Energy of each namespace in kilowatt hours"), 1.1, 0.01)

    for promtool in promtools.values():
        assert answers(promtool, tmp_path, {ENERGY: integrals[ENERGY]}, {POWER + LABELS: readings}, query) == ""


def test_promtool_reads_every_query_of_the_page(promtools: dict[str, Path]) -> None:
    queries = re.findall(r"```promql\n(.*?)\n```", PAGE, re.DOTALL)
    rules = [f"{{record: a:b:c, expr: {json.dumps(query)}}}" for query in queries]

    assert len(queries) > 4
    for promtool in promtools.values():
        assert promtool_runs.check(promtool, f"groups: [{{name: g, rules: [{', '.join(rules)}]}}]") == ""


def test_the_test_can_fail(integrals: Mapping[str, str], promtool: Path, tmp_path: Path) -> None:
    query = near(recipe("GPU-hours of each namespace"), HOURS, 0.1)

    assert answers(promtool, tmp_path, {TIME: integrals[TIME]}, {COUNT + LABELS: "2+0x720"}, query)


def test_vmalert_gives_the_same_bill(integrals: Mapping[str, str], tmp_path: Path) -> None:
    vmalert_tool = components.require("vmalert-tool-1.112")
    query = near(recipe("GPU-hours of each namespace"), 3, 0.05)
    answers(
        components.require("promtool"),
        tmp_path,
        {TIME: integrals[TIME]},
        {COUNT + LABELS: MINUTES["stopped and started"][0]},
        query,
    )
    text = (tmp_path / "test.yaml").read_text(encoding="utf-8").replace("promql_expr_test", "metricsql_expr_test")
    (tmp_path / "test.yaml").write_text(text, encoding="utf-8")

    done = vmalert_runs.unit_test(vmalert_tool, tmp_path)
    assert done.returncode == 0, done.stdout
