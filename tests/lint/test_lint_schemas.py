"""Metrics that the user declares: joins on them are proved, or found wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from gpurules.cli.main import run
from lint_cases import as_file

SCHEMA = """\
version: 1
metrics:
  vm_owner:
    kind: info
    labels: [vm, team, contact]
    certain: [vm, team]
    open: false
    keys: [{labels: [vm, team], valid: always}]
  vm_team:
    kind: info
    labels: [vm, team]
    certain: [vm, team]
    open: false
    keys: [{labels: [vm], valid: always}]
  vm_cost_euros:
    kind: gauge
    labels: [vm, disk]
    certain: [vm, disk]
    open: false
    keys: [{labels: [vm, disk], valid: always}]
"""


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("vm_cost_euros * on (vm) group_left (team) vm_team", []),
        ("vm_cost_euros * on (vm) group_left (team) vm_owner", ["join/duplicate-one-side"]),
        ("vm_cost_euros * on (vm) vm_team", ["join/many-to-one-undeclared"]),
        ("sum by (vm) (vm_cost_euros) * on (vm) vm_team", []),
        ("sum by (vms) (vm_cost_euros)", ["labels/unknown-label"]),
        (
            "vm_cost_euros * on (disk) group_left () group by (disk) (vm_team)",
            ["join/absent-label"],
        ),
    ],
)
def test_declared_metrics(
    expression: str, found: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "schema.yaml").write_text(SCHEMA, encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(as_file(f"- record: vm:x:sum\n  expr: {expression}\n"), encoding="utf-8")
    run(["lint", "--format", "concise", "--schema", str(tmp_path / "schema.yaml"), str(tmp_path / "rules.yaml")])
    lines = capsys.readouterr().out.splitlines()
    assert sorted({line.rpartition("[")[2].rstrip("]") for line in lines}) == found
