"""What lint calls an error is refused or stays empty in promtool, on a fleet in the middle of a fail-over."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from gpurules.lint.identifiers import CHECKS
from lint_cases import Case, read_cases

STOPS = {
    "join/duplicate-one-side": "found duplicate series for the match group",
    "join/many-to-one-undeclared": "many-to-one matching must be explicit",
    "join/group-label-collision": "grouping labels must ensure unique matches",
    "join/result-collision": "vector cannot contain metrics with the same labelset",
    "join/rule-label-collision": "vector contains metrics with the same labelset after applying rule labels",
}
"""Checks of what stops a rule, and what Prometheus says then."""

EMPTY = ("join/absent-label", "join/different-domains", "join/scrape-label", "labels/foreign-value")
"""Checks of what never yields anything."""


def _series(metric: str, **labels: str) -> str:
    return metric + "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"


def _fleet() -> dict[str, float]:
    """Two VMs, one with two GPUs, while the leader of virt-controller changes and one VM migrates."""
    series: dict[str, float] = {}
    machines = (("a", "virt-launcher-a-x", 2, ("n1", "n2")), ("b", "virt-launcher-b-y", 1, ("n1", "n1")))
    job = "kubevirt-prometheus-metrics"
    for vm, pod, gpus, nodes in machines:
        here = {"namespace": "ns", "name": vm}
        for leader, node in enumerate(nodes):
            scrape = {"job": job, "instance": f"10.0.0.{leader}:8443", "pod": f"virt-controller-{leader}"}
            series[_series("kubevirt_vmi_info", **scrape, **here, node=node, phase="running", vmi_pod=pod)] = 1
        handler = {"job": job, "instance": "10.0.0.9:8443", "node": nodes[0]}
        series[_series("kubevirt_vmi_vcpu_seconds_total", **handler, **here, pod="virt-handler-1")] = 5
        series[_series("kubevirt_vmi_gpu_info", **handler, namespace="ns", pod=pod, uuid="0000:3b:00.0")] = 1
        state = {"job": "kube-state-metrics", "namespace": "ns", "pod": pod}
        series[_series("kube_pod_info", **state, node=nodes[0], uid=pod)] = 1
        series[_series("kube_pod_status_phase", **state, phase="Running")] = 1
        guest = {"instance": f"{pod}:9400", "job": "guests", "namespace": "ns", "pod": pod, "Hostname": "vm"}
        for gpu in range(gpus):
            for metric in ("FB_USED", "FB_TOTAL", "FB_FREE", "POWER_USAGE", "GPU_TEMP"):
                series[_series(f"DCGM_FI_DEV_{metric}", **guest, gpu=str(gpu), UUID=f"GPU-{vm}{gpu}")] = 7
    return series


def _run(case: Case, promtool: Path, folder: Path) -> str:
    """What promtool says of the rules of a case; the last one must yield nothing."""
    (folder / "rules.yaml").write_text(case.text, encoding="utf-8")
    rules = yaml.safe_load(case.text)["groups"][0]["rules"]
    test = {
        "rule_files": ["rules.yaml"],
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": f"{value}x5"} for name, value in _fleet().items()],
                "promql_expr_test": [{"expr": rules[-1]["record"], "eval_time": "3m"}],
            }
        ],
    }
    (folder / "test.yaml").write_text(yaml.safe_dump(test, width=10_000), encoding="utf-8")
    done = subprocess.run([promtool, "test", "rules", "test.yaml"], cwd=folder, capture_output=True, text=True)
    return done.stdout + done.stderr


def _wrong(checks: object) -> list[Case]:
    """Cases of records in which the check finds an error, and whose metrics the fleet has."""
    known = {name.partition("{")[0] for name in _fleet()}
    cases = [case for check in CHECKS if check in checks for case in read_cases(check)]  # type: ignore[operator]
    return [
        case
        for case in cases
        if any(found.get("severity", "error") == "error" for found in case.finds)
        and "record:" in case.text
        and any(metric in case.text for metric in known)
        and not case.options
    ]


@pytest.mark.parametrize("case", _wrong(STOPS), ids=lambda case: f"{case.check}: {case.name}")
def test_what_is_called_a_stop_stops_the_rule(case: Case, promtool: Path, tmp_path: Path) -> None:
    assert STOPS[case.check] in _run(case, promtool, tmp_path)


@pytest.mark.parametrize("case", _wrong(EMPTY), ids=lambda case: f"{case.check}: {case.name}")
def test_what_is_called_empty_is_empty(case: Case, promtool: Path, tmp_path: Path) -> None:
    said = _run(case, promtool, tmp_path)
    # A join that can never match may stop the rule besides.
    assert "SUCCESS" in said or any(message in said for message in STOPS.values()), said


def _right() -> list[Case]:
    """Cases without a finding of the checks of what stops a rule."""
    cases = [case for check in STOPS for case in read_cases(check)]
    return [case for case in cases if not case.finds and "DCGM" in case.text]


@pytest.mark.parametrize("case", _right(), ids=lambda case: f"{case.check}: {case.name}")
def test_what_passes_is_not_refused(case: Case, promtool: Path, tmp_path: Path) -> None:
    said = _run(case, promtool, tmp_path)
    # The record has samples, of which promtool complains, or none; either way the rule was evaluated.
    assert "SUCCESS" in said or "got:" in said, said
    assert not any(message in said for message in STOPS.values())
