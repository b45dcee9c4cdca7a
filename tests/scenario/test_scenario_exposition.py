"""What components expose."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpurules.scenario.exposition import gpu_series, info_series, pages
from gpurules.scenario.fleet import SINGLE, cluster, exporter, gpu, mig_gpu
from gpurules.scenario.model import Exporter, Period, Reading, VirtualMachine, absent_value
from gpurules.scenario.quantities import POWER, UTILISATION, XID
from gpurules.scenario.target import Exposed

GPU_LABELS = {
    "UUID": "GPU-00000001-0000-4000-8000-000000000001",
    "device": "nvidia0",
    "gpu": "0",
    "modelName": "NVIDIA H100 PCIe",
    "pci_bus_id": "00000000:09:00.0",
}
DRIVER = {"DCGM_FI_DRIVER_VERSION": "550.90.07"}


def only(samples: list[Exposed]) -> dict[str, str]:
    """The labels of the one sample."""
    assert len(samples) == 1
    return dict(samples[0].labels)


RELEASES = [
    (
        "today",
        exporter((POWER,)),
        {"__name__": "DCGM_FI_DEV_POWER_USAGE", "Hostname": "guest", **GPU_LABELS, **DRIVER},
    ),
    (
        "new names",
        replace(exporter((POWER,)), old_names=False, hostname_label="hostname", driver_label=""),
        {"__name__": "DCGM_FI_DEV_BOARD_POWER_WATTS", "hostname": "guest", **GPU_LABELS},
    ),
    (
        "error labels",
        exporter((XID,)),
        {
            "__name__": "DCGM_FI_DEV_XID_ERRORS",
            "Hostname": "guest",
            "err_code": "79",
            "err_msg": "GPU has fallen off the bus",
            **GPU_LABELS,
            **DRIVER,
        },
    ),
    (
        "before error labels",
        replace(exporter((XID,)), error_labels=False),
        {"__name__": "DCGM_FI_DEV_XID_ERRORS", "Hostname": "guest", **GPU_LABELS, **DRIVER},
    ),
]


@pytest.mark.parametrize(("release", "expected"), [r[1:] for r in RELEASES], ids=[r[0] for r in RELEASES])
def test_gpu_series_of_an_exporter_release(release: Exporter, expected: dict[str, str]) -> None:
    failing = gpu(1, more={XID: Reading(79)})

    assert only(list(gpu_series(release, failing, {}))) == expected


def test_mig_instances_repeat_the_whole_gpu_and_have_their_own_memory() -> None:
    sent = list(gpu_series(exporter((POWER, "DCGM_FI_DEV_FB_USED")), mig_gpu(1), {}))
    seen = [(dict(s.labels)["__name__"], dict(s.labels)["GPU_I_ID"], s.reading.value) for s in sent]

    assert seen == [
        ("DCGM_FI_DEV_POWER_USAGE", "1", 144.5),
        ("DCGM_FI_DEV_POWER_USAGE", "2", 144.5),
        ("DCGM_FI_DEV_FB_USED", "1", 4096.0),
        ("DCGM_FI_DEV_FB_USED", "2", 2048.0),
    ]


def without_pod(machine: VirtualMachine) -> VirtualMachine:
    """The VM without vmi_pod."""
    return replace(machine, stays=(replace(machine.stays[0], pod_known=False),))


@pytest.mark.parametrize(("release", "expected"), [("v1.5", "<none>"), ("v1.6", None), ("main", None)])
def test_a_missing_launcher_pod_is_spelled_as_the_release_does(release: str, expected: str | None) -> None:
    world = cluster(without_pod(SINGLE), absent_value=absent_value(release))

    assert only(list(info_series(world, 0))).get("vmi_pod") == expected


def test_only_the_leader_knows_vms() -> None:
    answers = {dict(t.labels)["pod"]: page for t, page in pages(cluster(), 0).items() if t.kind == "controller"}

    assert [len(page or ()) for page in answers.values()] == [3, 0]


def test_a_vm_that_is_scheduled_is_listed_without_pod_and_node() -> None:
    stay = replace(SINGLE.stays[0], period=Period(60), scheduling=30)
    world = cluster(replace(SINGLE, stays=(stay,)))

    assert list(info_series(world, 29)) == []
    scheduling = only(list(info_series(world, 30)))
    assert (scheduling["phase"], scheduling.get("vmi_pod"), scheduling.get("node")) == ("scheduling", None, None)
    assert only(list(info_series(world, 60)))["phase"] == "running"


def test_a_target_that_does_not_answer_is_still_a_target() -> None:
    silent = replace(SINGLE, exporter=replace(exporter(), answers=(Period(0, 30),)))
    guests = [page for target, page in pages(cluster(silent), 30).items() if target.kind == "guest"]

    assert guests == [None]


def test_utilisation_is_not_sent_where_the_exporter_has_no_such_row() -> None:
    assert not list(gpu_series(exporter(()), gpu(1), {}))
    assert UTILISATION not in {dict(s.labels)["__name__"] for s in gpu_series(exporter((POWER,)), gpu(1), {})}
