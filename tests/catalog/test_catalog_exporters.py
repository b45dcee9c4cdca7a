"""dcgm-exporter's releases: their order, their labels, and which names each accepts."""

from __future__ import annotations

import pytest

from gpurules.catalog.exporters import accepts, find, newest, releases
from gpurules.catalog.load import load_catalog
from gpurules.text.errors import InputError

OLD, NEW = "4.5.3-4.8.2", "4.6.0-4.8.3"


def test_order() -> None:
    assert [release.order for release in releases()] == list(range(len(releases())))
    assert releases()[0].name == "2.2.9-2.4.1"
    assert newest().name == "4.6.1-4.8.4"
    assert find(OLD).order + 1 == find(NEW).order


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (OLD, OLD),
        ("4.8.2", OLD),
        (" 4.6.0-4.8.3-distroless ", NEW),
        ("3.3.7-3.5.0-ubuntu22.04", "3.3.7-3.5.0"),
        ("4.8.2-ubi9", OLD),
    ],
)
def test_found_by_name_version_or_image_tag(name: str, expected: str) -> None:
    assert find(name).name == expected


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("4.5.3-4.8.22", f'did you mean "{OLD}"?'),
        ("latest", "the newest is 4.6.1-4.8.4"),
        ("", "the newest is 4.6.1-4.8.4"),
        ("\x1b[2J", "the newest is 4.6.1-4.8.4"),
    ],
)
def test_unknown_release(name: str, advice: str) -> None:
    with pytest.raises(InputError) as caught:
        find(name)
    (problem,) = caught.value.problems
    assert problem.advice == advice
    assert problem.message.isprintable()


def test_the_hosts_label_changes_its_spelling_once() -> None:
    assert {release.hostname_label for release in releases() if release.order <= find(OLD).order} == {"Hostname"}
    assert {release.hostname_label for release in releases() if release.order > find(OLD).order} == {"hostname"}


@pytest.mark.parametrize(
    ("label", "first"),
    [
        ("UUID", "2.2.9-2.4.1"),
        ("nvlink", "3.1.3-3.1.2"),
        ("window_size_in_ms", "3.3.5-3.4.0"),
        ("err_code", "3.3.6-3.4.2"),
        ("pci_bus_id", "3.3.7-3.5.0"),
        ("health_watch", "4.0.0-4.0.1"),
        ("gpu_uuid", "4.4.1-4.6.0"),
        ("cpu_serial", NEW),
    ],
)
def test_labels_by_release(label: str, first: str) -> None:
    assert [release.name for release in releases() if label in release.labels] == [first]


@pytest.mark.parametrize(
    ("release", "types", "yaml", "refuses_duplicates"),
    [
        ("2.4.6-2.6.8", "gauge counter histogram summary", "", False),
        (OLD, "gauge counter histogram summary label", "", False),
        (NEW, "gauge counter untyped label", "1", True),
        ("4.6.1-4.8.4", "gauge counter untyped label", "1 2", True),
    ],
)
def test_what_a_release_reads(release: str, types: str, yaml: str, refuses_duplicates: bool) -> None:
    found = find(release)
    assert (" ".join(found.types), " ".join(found.yaml_versions)) == (types, yaml)
    assert found.refuses_duplicates is refuses_duplicates


@pytest.mark.parametrize(
    ("name", "release", "expected"),
    [
        ("DCGM_FI_DEV_GPU_TEMP", "2.2.9-2.4.1", True),
        ("DCGM_FI_DEV_GPU_TEMP", "4.6.1-4.8.4", True),
        ("DCGM_FI_DEV_GPU_TEMP_CELSIUS", OLD, False),
        ("DCGM_FI_DEV_GPU_TEMP_CELSIUS", NEW, True),
        ("dcgm_gpu_temp", OLD, True),
        ("DCGM_FI_DEV_CPU_UTIL_RATIO", NEW, False),
        ("DCGM_FI_DEV_CPU_UTIL_RATIO", "4.6.1-4.8.4", True),
        ("DCGM_FI_DEV_SM_CLOCK_HERTZ", NEW, False),
        ("DCGM_EXP_XID_ERRORS_COUNT", "3.3.3-3.3.1", False),
        ("DCGM_EXP_XID_ERRORS_COUNT", "3.3.5-3.4.0", True),
        ("DCGM_EXP_XID_ERRORS_TOTAL", OLD, False),
        ("DCGM_EXP_XID_ERRORS_TOTAL", NEW, True),
        # A name that a release lost and a later one took back.
        ("DCGM_FI_DEV_CPU_TEMP_CRITICAL", "4.1.1-4.0.4", True),
        ("DCGM_FI_DEV_CPU_TEMP_CRITICAL", "4.4.2-4.7.0", False),
        ("DCGM_FI_DEV_CPU_TEMP_CRITICAL", OLD, True),
        ("DCGM_FI_UNKNOWN", OLD, False),
        ("no such name", OLD, False),
    ],
)
def test_accepts(name: str, release: str, expected: bool) -> None:
    assert accepts(find(release), name) is expected


def test_the_newest_release_accepts_every_name_but_a_few() -> None:
    refused = {name for name in load_catalog().by_name if not accepts(newest(), name)}
    assert refused == {
        "DCGM_FI_DEV_MEM_COPY_UTIL_SAMPLES",
        "DCGM_FI_DEV_GPU_UTIL_SAMPLES",
        "DCGM_FI_DEV_GRAPHICS_PIDS",
        "DCGM_FI_DEV_COMPUTE_PIDS",
        "DCGM_FI_EXP_CLOCK_THROTTLE_REASONS_COUNT",
    }
