"""Links, switches, processors and their cores: each with a grain of its own, on request.

Labels: dcgm-exporter's rendermetrics (nvlink, nvswitch, gpu_uuid; cpu; cpucore) on the launcher pod's target.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import promtool_runs
import rendered
from gpurules.app.rendering import render
from gpurules.catalog.load import load_catalog
from gpurules.config.model import Config, DcgmSection, OutputSection, RulesSection
from gpurules.config.rules import ENTITIES
from gpurules.rules.choice import ON_REQUEST
from gpurules.scenario.exposition import KUBEVIRT_JOB
from gpurules.scenario.model import Labels, labels_of
from gpurules.scenario.promtool import Check, RuleTest
from gpurules.scenario.scrape import StoredSeries
from gpurules.scenario.target import Sample

TARGET = {"namespace": "hpc", "pod": "virt-launcher-big-x7k2p", "instance": "10.128.1.1:9400", "job": "guests"}
VM = {"namespace": "hpc", "name": "big", "node": "worker-1"}
GPU = "GPU-00000001-0000-4000-8000-000000000001"
OTHER = "GPU-00000002-0000-4000-8000-000000000002"
RX, ERRORS = "DCGM_FI_PROF_NVLINK_RX_BYTES_PER_LINK", "DCGM_FI_DEV_NVLINK_CRC_DATA_ERROR_PER_LINK_TOTAL"
SWITCH, HEAT, CORE = "DCGM_FI_DEV_NVSWITCH_POWER_VDD", "DCGM_FI_DEV_CPU_TEMP_CURRENT", "DCGM_FI_DEV_CPU_UTIL_TOTAL"

SENT: list[tuple[str, dict[str, str], float]] = [
    ("DCGM_FI_DEV_POWER_USAGE", {"UUID": GPU, "gpu": "0", "modelName": "NVIDIA H100 SXM"}, 400),
    ("DCGM_FI_DEV_POWER_USAGE", {"uuid": OTHER, "gpu": "1", "modelName": "NVIDIA H100 SXM"}, 300),
    *((RX, {"gpu_uuid": GPU, "gpu": "0", "nvlink": str(link), "hostname": "big"}, 100 + link) for link in range(2)),
    (RX, {"gpu_uuid": OTHER, "gpu": "1", "nvlink": "0", "hostname": "big"}, 200),
    (RX, {"gpu_uuid": OTHER, "gpu": "1", "nvlink": "0", "hostname": "big", "hpc_job": "17"}, 200),
    (SWITCH, {"nvswitch": "nvswitch0", "Hostname": "big"}, 20),
    (SWITCH, {"nvswitch": "nvswitch1", "Hostname": "big"}, 30),
    (HEAT, {"cpu": "0", "Hostname": "big"}, 60),
    (HEAT, {"cpu": "1", "Hostname": "big"}, 70),
    *((CORE, {"cpu": "0", "cpucore": str(core), "Hostname": "big"}, 0.25 * core) for core in range(3)),
]

RECORDS: list[tuple[str, list[tuple[dict[str, str], float]]]] = [
    (
        "vmi_gpu:kubevirt_vmi_gpu_nvlink_link_receive_bytes_per_second:max",
        [
            ({"UUID": GPU, "gpu": "0", "nvlink": "0"}, 100),
            ({"UUID": GPU, "gpu": "0", "nvlink": "1"}, 101),
            ({"UUID": OTHER, "gpu": "1", "nvlink": "0"}, 200),
        ],
    ),
    ("vmi:kubevirt_vmi_gpu_nvlink_link_receive_bytes_per_second:sum", [({}, 401)]),
    (
        "vmi_gpu:kubevirt_vmi_gpu_nvswitch_vdd_power_watts:max",
        [({"nvswitch": "nvswitch0"}, 20), ({"nvswitch": "nvswitch1"}, 30)],
    ),
    ("vmi:kubevirt_vmi_gpu_nvswitch_vdd_power_watts:sum", [({}, 50)]),
    ("vmi_gpu:kubevirt_vmi_gpu_cpu_temperature_celsius:max", [({"cpu": "0"}, 60), ({"cpu": "1"}, 70)]),
    ("vmi:kubevirt_vmi_gpu_cpu_temperature_celsius:max", [({}, 70)]),
    (
        "vmi_gpu:kubevirt_vmi_gpu_cpu_utilization_ratio:max",
        [({"cpu": "0", "cpucore": str(core)}, 0.25 * core) for core in range(3)],
    ),
    ("vmi:kubevirt_vmi_gpu_cpu_utilization_ratio:avg", [({}, 0.25)]),
    ("vmi:kubevirt_vmi_gpu_power_watts:sum", [({}, 700)]),
    ("vmi:kubevirt_vmi_gpu_devices:count", [({}, 2)]),
]


@cache
def rules(identity: str, *paths: str) -> rendered.Rendered:
    """All entities of the counters file."""
    counters = str(Path(__file__).with_name("entities-counters.csv"))
    config = Config(
        dcgm=DcgmSection(counters=(counters,), honor_labels="false", use_old_namespace=True),
        rules=RulesSection(paths=paths, entities=ENTITIES, identity=identity),
        output=OutputSection(format="rules"),
    )
    return rendered.of(render(config))


def series(name: str, labels: dict[str, str], value: float) -> StoredSeries:
    """A series that stands still for six minutes."""
    return StoredSeries(labels_of({"__name__": name, **labels}), dict.fromkeys(range(25), value))


def recorded(name: str, labels: dict[str, str], value: float) -> Sample:
    """A sample of a record."""
    found: Labels = labels_of({"__name__": name, **VM, **labels})
    return Sample(found, value)


INFO = {"vmi_pod": TARGET["pod"], "phase": "running", "job": KUBEVIRT_JOB, "pod": "virt-controller-a", **VM}


@pytest.mark.parametrize("identity", ["record", "inline"])
@pytest.mark.parametrize("paths", [("pod-network",), ("vsock-exporter", "pod-network")], ids=" ".join)
def test_each_entity_has_its_grain(promtools: dict[str, Path], identity: str, paths: tuple[str, ...]) -> None:
    sent = tuple(series(name, {**TARGET, **labels}, value) for name, labels, value in SENT)
    checks = tuple(
        Check(360, name, tuple(recorded(name, labels, value) for labels, value in shown)) for name, shown in RECORDS
    )
    test = RuleTest("entities", (series("kubevirt_vmi_info", INFO, 1), *sent), checks)
    rendering = rules(identity, *paths)
    text = promtool_runs.text_of(test, rendering.groups)

    for promtool in promtools.values():
        assert promtool_runs.failures(promtool, rendering.rules, {"entities": text}) == {}


def test_links_that_nobody_asked_for_are_refused_with_the_flag_that_asks() -> None:
    counters = str(Path(__file__).with_name("entities-counters.csv"))
    refused = render(Config(dcgm=DcgmSection(counters=(counters,)))).rules.refusals

    assert {refusal.subject for refusal in refused} == {RX, ERRORS, SWITCH, HEAT, CORE}
    assert all("--entity" in refusal.reason for refusal in refused)


def test_every_entity_on_request_is_one_of_the_choices_and_has_fields() -> None:
    assert [entity.value for entity in ON_REQUEST] == list(ENTITIES)
    measured = {field.entity for field in load_catalog().fields if field.record}
    assert set(ON_REQUEST) <= measured
