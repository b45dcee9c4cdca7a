"""``gpurules labels``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gpurules.app.labels import Question, list_metrics, show_metric
from gpurules.catalog.load import load_catalog
from gpurules.cli.main import run
from gpurules.labels import kubevirt
from gpurules.labels.assemble import build_schema
from gpurules.labels.schema import HonorLabels

Golden = Callable[[str, str], None]


@pytest.fixture(autouse=True)
def _eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("vmi_info_v1.4.txt", ["kubevirt_vmi_info", "--kubevirt", "v1.4"]),
        ("vmi_info_v1.5.txt", ["kubevirt_vmi_info", "--kubevirt", "v1.5"]),
        ("vmi_info_main.json", ["kubevirt_vmi_info", "--kubevirt", "main", "--format", "json"]),
        ("gpu_info_v1.9.txt", ["kubevirt_vmi_gpu_info", "--kubevirt", "v1.9"]),
        ("kube_pod_info.txt", ["kube_pod_info"]),
        ("dcgm_honor_false.txt", ["DCGM_FI_DEV_GPU_TEMP", "--honor-labels", "false", "--exporter", "4.5.3-4.8.2"]),
        ("dcgm_honor_unknown.txt", ["DCGM_FI_DEV_GPU_TEMP"]),
        ("list_v1.5.txt", ["--kubevirt", "v1.5"]),
    ],
)
def test_whole_output(name: str, arguments: list[str], golden: Golden, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["labels", *arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    golden(name, out)
    if name.endswith(".txt"):
        assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ["kubevirt_vmi_inof"],
            'there is no metric "kubevirt_vmi_inof"; did you mean "kubevirt_vmi_info"?',
            id="typo",
        ),
        pytest.param(
            ["DCGM_FI_DEV_GPU_TMP"],
            'there is no metric "DCGM_FI_DEV_GPU_TMP"; did you mean "DCGM_FI_DEV_GPU_TEMP"?',
            id="typo-dcgm",
        ),
        pytest.param(["zzz"], 'there is no metric "zzz"; gpurules labels lists the metrics', id="far"),
        pytest.param(
            ["kubevirt_vmi_info", "--kubevirt", "v1.2"],
            "KubeVirt v1.2 has no metric kubevirt_vmi_info; it exists since v1.3",
            id="later",
        ),
        pytest.param(
            ["kubevirt_vmi_vcpu_seconds"],
            "KubeVirt v1.9 has no metric kubevirt_vmi_vcpu_seconds; it exists from v0.59 to v1.0",
            id="earlier",
        ),
        pytest.param(
            ["kubevirt_vmi_contains_ephemeral_hotplug_volume"],
            "KubeVirt v1.9 has no metric kubevirt_vmi_contains_ephemeral_hotplug_volume; it exists in v1.8 only",
            id="one-release",
        ),
        pytest.param(
            ["kubevirt_vmi_migrations_in_unset_phase", "--kubevirt", "v1.5.0"],
            "KubeVirt v1.5 has no metric kubevirt_vmi_migrations_in_unset_phase; it exists in v1.4.1 and since v1.5.1",
            id="gap",
        ),
        pytest.param(
            ["kubevirt_vmi_phase_transition_time_seconds"],
            "kubevirt_vmi_phase_transition_time_seconds is a histogram; it is stored as "
            "kubevirt_vmi_phase_transition_time_seconds_bucket, kubevirt_vmi_phase_transition_time_seconds_count, "
            "kubevirt_vmi_phase_transition_time_seconds_sum",
            id="histogram",
        ),
        pytest.param(
            ["kubevirt_vmi_info", "--kubevirt", "v1.10"],
            'there is no KubeVirt release "v1.10" here; v1.9 is the newest known, v0.59 the oldest; '
            "main is known as well",
            id="release",
        ),
        pytest.param(
            ["DCGM_FI_DEV_GPU_TEMP", "--exporter", "4.5.3-4.8.1"],
            'dcgm-exporter 4.5.3-4.8.1 is not known; did you mean "',
            id="exporter",
        ),
        pytest.param(["--schema", "nosuch.yaml"], "nosuch.yaml: there is no such file", id="schema"),
        pytest.param(["\x1b[2J"], r'there is no metric "\x1b[2J"', id="escapes"),
        pytest.param(["x" * 100_000], 'there is no metric "' + "x" * 100 + "...", id="long"),
        pytest.param(["--format", "yaml"], "'yaml' is not one of 'text', 'json'", id="format"),
    ],
)
def test_wrong_input_is_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["labels", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert len(err.splitlines()) == 1


def test_the_users_own_metric(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "version: 1\nmetrics:\n  mine:\n    labels: [a, b]\n    open: false\n    unit: MiB\n    kind: gauge\n"
        "    keys: [{labels: [a], valid: always}, {labels: []}]\n"
        '    dependencies: [{labels: [a], fix: [b], where: [\'a!=""\']}]\n    help: "\\e[31mred"\n',
        encoding="utf-8",
    )
    assert run(["labels", "mine", "--schema", str(path)]) == 0
    out = capsys.readouterr().out
    assert "a (always)\n" in out
    assert "no label: there is one series at most (at one instant)\n" in out
    assert 'a -> b (at one instant), where a!=""\n' in out
    assert "  unit     MiB\n" in out
    assert r"\x1b[31mred" in out
    assert run(["labels", "--schema", str(path), "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)["metrics"]
    assert {"metric": "mine", "emitter": "declared by you", "labels": 2, "open": False} in listed


@pytest.mark.parametrize("release", kubevirt.releases())
def test_every_metric_can_be_shown(release: str) -> None:
    question = Question(kubevirt=release, honor_labels=HonorLabels.FALSE)
    for metric in build_schema(release).metrics:
        shown: dict[str, Any] = json.loads(show_metric(metric, question, as_json=True))
        assert shown["metric"] == metric
        assert shown["labels"]
        assert max(map(len, show_metric(metric, question).splitlines())) <= 80, metric


def test_every_dcgm_name_can_be_shown() -> None:
    names = sorted(load_catalog().by_name)
    for name in names[:: max(1, len(names) // 60)]:
        assert json.loads(show_metric(name, Question(), as_json=True))["emitter"] == "dcgm-exporter"


def test_the_list_names_every_metric_of_the_release_once() -> None:
    listed = [one["metric"] for one in json.loads(list_metrics(Question(), as_json=True))["metrics"]]
    assert len(listed) == len(set(listed))
    assert set(build_schema("").metrics) <= set(listed)
    assert "DCGM_FI_DEV_GPU_TEMP" in listed
