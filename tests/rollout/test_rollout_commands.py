"""The commands as a user runs them: streams, exit codes, and no secret in any of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from rollout_cluster import COUNTERS, NAMESPACE, Cluster, cluster

from api_server.server import on, status
from gpurules.cli.main import run
from kubernetes_api.server import TOKEN


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "counters.csv").write_text(COUNTERS, encoding="utf-8")
    with cluster(tmp_path / "cluster") as made:
        monkeypatch.setenv("KUBECONFIG", made.access.kubeconfig)
        yield made


FLAGS = ("--counters", "counters.csv", "--namespace", NAMESPACE, "--honor-labels", "false")


def test_diff_and_apply(here: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", *FLAGS]) == 1
    shown = capsys.readouterr()
    assert shown.out.startswith(f"--- PrometheusRule {NAMESPACE}/gpurules\n")
    assert shown.err == ""
    assert run(["apply", *FLAGS]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        f"PrometheusRule {NAMESPACE}/gpurules created",
        f"PrometheusRule {NAMESPACE}/gpurules is accepted by prometheuses monitoring/k8s",
    ]
    assert run(["diff", *FLAGS]) == 0
    assert capsys.readouterr().out == ""


OWNED = [{"reason": "FieldManagerConflict", "message": 'conflict with "helm"', "field": ".spec"}]
CODES = [
    ("conflict", lambda: status(409, "Conflict", "x", OWNED), "PATCH", 1),
    ("invalid", lambda: status(422, "Invalid", "x"), "PATCH", 2),
    ("unauthorized", lambda: status(401, "Unauthorized", "Unauthorized"), "GET", 3),
    ("leaking", lambda: status(500, "x", f"password={TOKEN}"), "GET", 3),
]


@pytest.mark.parametrize(("answer", "method", "code"), [row[1:] for row in CODES], ids=[row[0] for row in CODES])
def test_exit_codes(here: Cluster, capsys: pytest.CaptureFixture[str], answer: object, method: str, code: int) -> None:
    here.server.moods.append(on(method, "/", answer))  # type: ignore[arg-type]
    for command in ("apply", "diff"):
        assert run([command, *FLAGS, "--timeout", "2s"]) == code
        shown = capsys.readouterr()
        assert shown.out == ""
        assert [line for line in shown.err.splitlines() if not line.startswith("gpurules: error: ")] == []
        assert TOKEN not in shown.err
    assert here.server.writes() == []


def test_the_namespace_is_needed(here: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["apply", "--counters", "counters.csv"]) == 2
    assert "add --namespace NAMESPACE" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["rules", "mimir"])
def test_another_format_cannot_be_applied(here: Cluster, capsys: pytest.CaptureFixture[str], form: str) -> None:
    assert run(["apply", *FLAGS, "--format", form]) == 2
    shown = capsys.readouterr().err
    assert shown == (
        f"gpurules: error: the format {form} is no object of a cluster; "
        "use --format prometheusrule or vmrule, or gpurules render\n"
    )
    assert here.server.requests == []


@pytest.mark.parametrize("words", [["--timeout", "soon"], ["--timeout", "0"], ["--wait", "x"]])
def test_wrong_usage(here: Cluster, words: list[str]) -> None:
    assert run(["apply", *FLAGS, *words]) == 2


def test_a_kubeconfig_that_is_not_there(here: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["apply", *FLAGS, "--kubeconfig", "missing"]) == 3
    assert "the kubeconfig missing is not there" in capsys.readouterr().err
    assert run(["apply", *FLAGS, "--context", "hre"]) == 3
    assert 'did you mean "here"?' in capsys.readouterr().err


def test_scaffold_writes_streams_and_folders(here: Cluster, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["scaffold", "--path", "pod-network"]) == 0
    assert "kind: PodMonitor" in capsys.readouterr().out
    assert run(["scaffold", "--path", "pod-network", "--format", "helm"]) == 2
    assert "needs -o FOLDER" in capsys.readouterr().err
    assert run(["scaffold", "--path", "pod-network", "--format", "helm", "-o", "chart"]) == 0
    assert (tmp_path / "chart" / "Chart.yaml").is_file()
    (tmp_path / "chart" / "notes.md").write_text("mine", encoding="utf-8")
    assert run(["scaffold", "--path", "pod-network", "--format", "helm", "-o", "chart"]) == 2
    assert "which gpurules has not written" in capsys.readouterr().err
    assert run(["scaffold"]) == 2
    assert "a set-up is for one collection path" in capsys.readouterr().err


def test_scaffold_reads_the_cluster(here: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    devices = {"gpus": [{"name": "gpu", "deviceName": "nvidia.com/A10"}]}
    vmi = {
        "metadata": {"name": "train-1", "namespace": "tenant-a"},
        "spec": {"domain": {"devices": devices}},
        "status": {},
    }
    here.server.store.add("virtualmachineinstances", json.loads(json.dumps(vmi)))
    assert run(["scaffold", "--discover"]) == 0
    shown = capsys.readouterr()
    assert "proposed: --path pod-network" in shown.err
    assert "kubectl patch vm train-1 --namespace tenant-a" in shown.out
