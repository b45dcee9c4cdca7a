"""Labels of KubeVirt's metrics, release by release."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files

import pytest

from gpurules.labels import kubevirt
from gpurules.labels.domains import DOMAINS
from gpurules.labels.schema import MetricSchema
from gpurules.promql.types import Kind, Unit
from gpurules.text.errors import InputError
from shared import SHARED

SCRAPED = {"container", "endpoint", "instance", "job", "namespace", "pod", "service"}
"""What KubeVirt's ServiceMonitor adds."""

V1_3 = (
    "node namespace name phase os workload flavor instance_type preference "
    "guest_os_kernel_release guest_os_machine guest_os_name guest_os_version_id"
)
V1_4 = f"{V1_3} guest_os_arch evictable outdated"
V1_5 = f"{V1_4} vmi_pod"

EVERY_ROW = (
    "v0.59",
    "v1.0",
    "v1.1",
    "v1.2",
    "v1.2.1",
    "v1.3",
    "v1.4",
    "v1.4.1",
    "v1.5",
    "v1.5.1",
    "v1.6",
    "v1.7",
    "v1.8",
    "v1.9",
    "main",
)


def metrics(release: str) -> Mapping[str, MetricSchema]:
    return {schema.metric: schema for schema in kubevirt.schemas(release)}


def exposed(release: str, metric: str) -> set[str] | None:
    """The labels without those that scraping adds; a metric of a VM keeps its own namespace."""
    schema = metrics(release).get(metric)
    return None if schema is None else set(schema.introduced)


@pytest.mark.parametrize(
    ("release", "metric", "labels"),
    [
        ("v1.2", "kubevirt_vmi_info", None),
        ("v1.3", "kubevirt_vmi_info", V1_3),
        ("v1.3.1", "kubevirt_vmi_info", V1_3),
        ("v1.4", "kubevirt_vmi_info", V1_4),
        ("v1.4.1", "kubevirt_vmi_info", V1_4),
        ("v1.5", "kubevirt_vmi_info", V1_5),
        ("v1.6", "kubevirt_vmi_info", V1_5),
        ("v1.7", "kubevirt_vmi_info", V1_5),
        ("v1.8", "kubevirt_vmi_info", V1_5),
        ("v1.9", "kubevirt_vmi_info", V1_5),
        ("main", "kubevirt_vmi_info", V1_5),
        ("v0.59", "kubevirt_vmi_phase_count", "node phase os workload flavor"),
        ("v1.0", "kubevirt_vmi_phase_count", "node phase os workload flavor instance_type preference"),
        ("v1.3", "kubevirt_vmi_status_addresses", None),
        ("v1.4.0", "kubevirt_vmi_status_addresses", "node namespace name address type"),
        ("v1.4.1", "kubevirt_vmi_status_addresses", "node namespace name vnic_name interface_name address type"),
        ("v1.5", "kubevirt_vmi_status_addresses", "node namespace name network_name address type"),
        ("v1.5.2", "kubevirt_vmi_status_addresses", "node namespace name vnic_name interface_name address type"),
        ("v1.2", "kubevirt_vmi_migration_failed", "vmi vmim"),
        ("v1.3", "kubevirt_vmi_migration_failed", "vmi vmim namespace"),
        ("v1.8", "kubevirt_vmi_gpu_info", None),
        ("v1.9", "kubevirt_vmi_gpu_info", "node namespace pod resource uuid"),
        ("v1.4", "kubevirt_vm_resource_requests", "name namespace resource unit"),
        ("v1.4.1", "kubevirt_vm_resource_requests", "name namespace resource unit source"),
        ("v1.6", "kubevirt_vm_labels", None),
        ("v1.7", "kubevirt_vm_labels", "name namespace"),
        ("v1.7", "kubevirt_vmi_contains_ephemeral_hotplug_volume", None),
        ("v1.8", "kubevirt_vmi_contains_ephemeral_hotplug_volume", "namespace name volume_name"),
        ("v1.9", "kubevirt_vmi_contains_ephemeral_hotplug_volume", None),
        ("v1.8", "node:kubevirt_vmi_phase:sum", None),
    ],
)
def test_labels_of_the_exposition(release: str, metric: str, labels: str | None) -> None:
    assert exposed(release, metric) == (None if labels is None else set(labels.split()))


@pytest.mark.parametrize("release", EVERY_ROW)
def test_every_row_agrees_with_the_sources(release: str) -> None:
    if SHARED is None:
        pytest.skip("the reference material is not here")
    known = json.loads((SHARED / "data" / "kubevirt_labels.json").read_text(encoding="utf-8"))[release]
    found = metrics(release)
    expected: dict[str, tuple[set[str], bool]] = {}
    for metric, entry in known.items():
        parts = ("_bucket", "_count", "_sum") if entry["kind"] == "HistogramVec" else ("",)
        labels = {label for label in entry["labels"] if not label.endswith("*")}
        dynamic = len(labels) != len(entry["labels"])
        expected |= {metric + part: (labels, dynamic) for part in parts}
    assert {name: (set(one.introduced), one.type.open) for name, one in found.items()} == expected


@pytest.mark.parametrize("release", EVERY_ROW)
def test_what_scraping_adds_is_always_there(release: str) -> None:
    for one in kubevirt.schemas(release):
        added = set() if one.emitter == "rule" else SCRAPED
        histogram = {"le"} if one.metric.endswith("_bucket") else set()
        assert one.type.possible == set(one.introduced) | added | histogram, one.metric
        assert added <= one.type.certain <= one.type.possible, one.metric
        assert "exported_namespace" not in one.type.possible


@pytest.mark.parametrize(
    ("metric", "label", "domain"),
    [
        ("kubevirt_vmi_info", "name", "vmi-name"),
        ("kubevirt_vmi_info", "namespace", "namespace"),
        ("kubevirt_vmi_info", "node", "node"),
        ("kubevirt_vmi_info", "pod", "controller-pod"),
        ("kubevirt_vmi_info", "vmi_pod", "launcher-pod"),
        ("kubevirt_vmi_info", "instance", "scrape-instance"),
        ("kubevirt_vmi_memory_domain_bytes", "pod", "handler-pod"),
        ("kubevirt_vnc_active_connections", "pod", "api-pod"),
        ("kubevirt_vnc_active_connections", "vmi", "vmi-name"),
        ("kubevirt_vmi_sync_total", "pod", None),
        ("kubevirt_vmi_gpu_info", "pod", "launcher-pod"),
        ("kubevirt_vmi_gpu_info", "uuid", "device-plugin-id"),
        ("kubevirt_vmi_gpu_info", "resource", "resource-name"),
        ("kubevirt_vm_resource_requests", "resource", None),
        ("kubevirt_vmi_status_addresses", "address", "ip-address"),
    ],
)
def test_domains(metric: str, label: str, domain: str | None) -> None:
    assert metrics("v1.9")[metric].type.domains.get(label) == domain


@pytest.mark.parametrize("release", EVERY_ROW)
def test_every_domain_is_registered(release: str) -> None:
    for one in kubevirt.schemas(release):
        assert set(one.type.domains) <= one.type.possible
        assert set(one.type.domains.values()) <= set(DOMAINS)


@pytest.mark.parametrize(
    ("metric", "kind", "unit"),
    [
        ("kubevirt_vmi_info", Kind.INFO, None),
        ("kubevirt_vmi_memory_domain_bytes", Kind.GAUGE, Unit((("byte", 1),))),
        ("kubevirt_vmi_cpu_usage_seconds_total", Kind.COUNTER, Unit((("second", 1),))),
        ("kubevirt_vmi_dirty_rate_bytes_per_second", Kind.RATE, Unit((("byte", 1), ("second", -1)))),
        ("kubevirt_vmi_migration_start_time_seconds", Kind.TIMESTAMP, Unit((("second", 1),))),
        ("kubevirt_vm_running_status_last_transition_timestamp_seconds", Kind.TIMESTAMP, Unit((("second", 1),))),
        ("kubevirt_vmi_phase_transition_time_seconds_bucket", Kind.COUNTER, Unit()),
        ("kubevirt_vmi_phase_transition_time_seconds_sum", Kind.COUNTER, Unit((("second", 1),))),
        ("kubevirt_vmi_non_evictable", Kind.FLAG, None),
        ("kubevirt_vm_resource_requests", Kind.GAUGE, None),
    ],
)
def test_kind_and_unit(metric: str, kind: Kind, unit: Unit | None) -> None:
    series = metrics("v1.9")[metric].type
    assert (series.kind, series.unit) == (kind, unit)


def test_every_metric_has_facts_and_every_fact_a_metric() -> None:
    def names(table: str) -> set[str]:
        text = files("gpurules").joinpath("data", "kubevirt", table).read_text(encoding="utf-8")
        return {line.split("\t")[0] for line in text.splitlines() if not line.startswith("#")}

    assert names("metrics.tsv") == names("facts.tsv")
    assert names("releases.tsv") == set(EVERY_ROW)


def test_releases_on_offer() -> None:
    assert kubevirt.releases() == (*(f"v1.{minor}" for minor in range(10)), "main")
    assert kubevirt.newest() == "v1.9"


@pytest.mark.parametrize(
    ("asked", "row"),
    [
        ("v1.6", "v1.6"),
        ("1.6", "v1.6"),
        ("v1.6.2", "v1.6"),
        ("v1.4.0", "v1.4"),
        ("v1.4.1", "v1.4.1"),
        ("v1.4.9", "v1.4.1"),
        ("v1.2.1", "v1.2.1"),
        ("v1.2.2", "v1.2.1"),
        ("v0.59", "v0.59"),
        ("v0.59.2", "v0.59"),
        (" v1.9 ", "v1.9"),
        ("main", "main"),
    ],
)
def test_find(asked: str, row: str) -> None:
    assert kubevirt.find(asked) == row


@pytest.mark.parametrize(
    ("asked", "advice"),
    [
        ("v1.10", "v1.9 is the newest known"),
        ("v0.58", "v0.59 the oldest"),
        ("v2", "v1.9 is the newest known"),
        ("mian", 'did you mean "main"?'),
        ("", "v1.9 is the newest known"),
        ("v1.6.x", 'did you mean "v1.6"?'),
        ("v1.6\x1b[31m", r"\x1b[31m"),
        ("v" + "9" * 10_000, "v1.9 is the newest known"),
        ("v1.٦", "v1.9"),
    ],
)
def test_find_refuses(asked: str, advice: str) -> None:
    with pytest.raises(InputError) as caught:
        kubevirt.find(asked)
    message = str(caught.value)
    assert advice in message
    assert len(message) < 300
    assert message.isprintable()


@pytest.mark.parametrize(("release", "has"), [("v1.3", False), ("v1.4.1", False), ("v1.5", True), ("main", True)])
def test_has_launcher_pod(release: str, has: bool) -> None:
    assert kubevirt.has_launcher_pod(release) is has


@pytest.mark.parametrize(
    ("release", "spelling"),
    [("v1.4", '"<none>"; from v1.6'), ("v1.5", 'has vmi_pod="<none>"'), ("v1.6", 'v1.5 wrote vmi_pod="<none>"')],
)
def test_notes_name_the_spelling_of_the_release(release: str, spelling: str) -> None:
    assert any(spelling in note for note in metrics(release)["kubevirt_vmi_info"].notes)
