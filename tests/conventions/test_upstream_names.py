"""Names that belong to others."""

from __future__ import annotations

import json

import pytest

from gpurules.conventions.upstream_names import check_upstream_name, same_metric, upstream_names
from shared import SHARED


@pytest.mark.parametrize(
    ("record", "owner"),
    [
        ("vmi:kubevirt_vmi_gpu_fb_used:sum", "KubeVirt's own GPU recording rules"),
        ("vmi:kubevirt_vmi_gpu_util:sum", "KubeVirt's own GPU recording rules"),
        ("node:kubevirt_vmi_phase:sum", "KubeVirt ships"),
        ("vmi:kubevirt_vmi_memory_used_bytes:sum", "KubeVirt ships"),
        ("kubevirt_vmi_info", "KubeVirt ships"),
        ("kubevirt_vmi_gpu_running_processes", "VEP 254 claims"),
    ],
)
def test_taken(record: str, owner: str) -> None:
    (violation,) = check_upstream_name(record)
    assert violation.rule == "upstream-name"
    assert owner in violation.message


@pytest.mark.parametrize("record", ["vmi:kubevirt_vmi_gpu_power_watts:sum", "vmi_gpu:kubevirt_vmi_gpu_fb_used:sum", ""])
def test_free(record: str) -> None:
    assert check_upstream_name(record) == ()


@pytest.mark.parametrize(
    ("record", "origin"),
    [
        ("vmi:kubevirt_vmi_gpu_temperature_celsius:max", "vep254"),
        ("vmi:kubevirt_vmi_info:count", "kubevirt"),
        ("vmi:kubevirt_vmi_gpu_power_watts:sum", None),
        ("kubevirt_vmi_info", None),
    ],
)
def test_metric_part_of_others(record: str, origin: str | None) -> None:
    found = same_metric(record)
    assert (found.origin if found else None) == origin


def test_eleven_metrics_of_the_vep() -> None:
    assert sum(entry.origin == "vep254" for entry in upstream_names().values()) == 11
    assert sum(entry.origin == "kubevirt-gpu" for entry in upstream_names().values()) == 5


def test_every_metric_of_every_release_is_listed() -> None:
    if SHARED is None:
        pytest.skip("no reference material")
    releases = json.loads((SHARED / "data" / "kubevirt_labels.json").read_text())
    shipped = {metric for release in releases.values() for metric in release}
    assert shipped - upstream_names().keys() == set()
