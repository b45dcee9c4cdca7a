"""Labels of dcgm-exporter's series, by entity, release and scrape."""

from __future__ import annotations

import pytest

from gpurules.catalog import exporters
from gpurules.labels.dcgm import ENTITIES, dcgm_schema, dcgm_series_type, exporter_number, exposed_labels, target
from gpurules.labels.domains import DOMAINS
from gpurules.labels.schema import HonorLabels
from gpurules.promql.types import Kind, Unit, Validity
from gpurules.text.errors import InputError

TRUE, FALSE, AUTO = HonorLabels.TRUE, HonorLabels.FALSE, HonorLabels.AUTO
CELSIUS = Unit((("celsius", 1),))


@pytest.mark.parametrize(
    ("release", "has", "lacks"),
    [
        ("2.2.9-2.4.1", "gpu UUID device modelName Hostname GPU_I_ID", "hostname pci_bus_id hpc_job"),
        ("3.3.6-3.4.2", "Hostname hpc_job vgpu", "pci_bus_id pod_uid"),
        ("3.3.7-3.5.0", "pci_bus_id", "pod_uid dra_claim_name"),
        ("4.3.1-4.4.0", "dra_claim_name dra_mig_device_uuid", "pod_uid"),
        ("4.4.0-4.5.0", "pod_uid", "hostname"),
        ("4.5.3-4.8.2", "Hostname pod namespace container uuid", "hostname"),
        ("4.6.0-4.8.3", "hostname", "Hostname"),
        ("4.8.2", "Hostname", "hostname"),
    ],
)
def test_labels_by_release(release: str, has: str, lacks: str) -> None:
    found = exposed_labels("gpu", [release])
    assert set(has.split()) <= set(found)
    assert not set(lacks.split()) & set(found)


@pytest.mark.parametrize(
    ("entity", "release", "labels"),
    [
        ("link", "4.5.3-4.8.2", "nvlink nvswitch gpu gpu_uuid pci_bus_id device model_name hostname GPU_I_ID"),
        ("switch", "4.5.3-4.8.2", "nvswitch Hostname"),
        ("cpu", "4.5.3-4.8.2", "cpu Hostname"),
        ("cpu", "4.6.0-4.8.3", "cpu cpu_serial hostname"),
        ("cpu-core", "4.6.0-4.8.3", "cpucore cpu hostname"),
        ("global", "4.5.3-4.8.2", "gpu UUID"),
    ],
)
def test_labels_by_entity(entity: str, release: str, labels: str) -> None:
    assert set(labels.split()) <= set(exposed_labels(entity, [release]))


def test_link_series_have_no_uuid_of_that_name() -> None:
    assert not {"UUID", "modelName"} & set(exposed_labels("link"))


def test_mixed_releases_have_the_labels_of_each() -> None:
    assert {"Hostname", "hostname"} <= set(exposed_labels("gpu", ["4.5.3-4.8.2", "4.6.0-4.8.3"]))
    assert {"Hostname", "hostname"} <= set(exposed_labels("gpu"))


@pytest.mark.parametrize("release", exporters.releases(), ids=lambda release: release.name)
def test_the_catalog_knows_the_same_history(release: exporters.ExporterRelease) -> None:
    now = exposed_labels("gpu", [release.name])
    assert release.hostname_label in now
    assert {"Hostname", "hostname"} - {release.hostname_label} - set(now)
    everything = {label for entity in ENTITIES for label in exposed_labels(entity, [release.name])}
    ours = {label for entity in ENTITIES for label in exposed_labels(entity)}
    assert set(release.labels) & ours <= everything


@pytest.mark.parametrize(
    ("honor", "certain", "exported", "untrusted"),
    [
        pytest.param(FALSE, "namespace pod job instance", True, False, id="false"),
        pytest.param(TRUE, "", False, True, id="true"),
        pytest.param(AUTO, "", True, True, id="auto"),
    ],
)
@pytest.mark.parametrize("path", ["pod-network", "vsock-sidecar"])
def test_guest_on_its_launcher_pod(
    honor: HonorLabels, certain: str, exported: bool, untrusted: bool, path: str
) -> None:
    one = dcgm_schema("DCGM_FI_DEV_GPU_TEMP", "gpu", honor_labels=honor, path=path, unit=CELSIUS, kind=Kind.GAUGE)
    series = one.type
    assert series.open
    assert series.certain == set(certain.split())
    assert ("exported_pod" in series.possible) is exported
    assert series.domains["namespace"] == "namespace"
    assert series.domains["pod"] == "launcher-pod"
    assert series.domains.get("exported_pod", "launcher-pod") == "launcher-pod"
    assert ({"namespace", "pod"} <= one.untrusted) is untrusted
    assert {"UUID", "gpu", "Hostname", "hostname"} <= one.untrusted
    assert (series.unit, series.kind, series.names) == (CELSIUS, Kind.GAUGE, frozenset(["DCGM_FI_DEV_GPU_TEMP"]))


@pytest.mark.parametrize("honor", list(HonorLabels))
@pytest.mark.parametrize("entity", [*ENTITIES, "global", "vgpu", "connectx"])
def test_a_guest_can_send_anything_so_nothing_is_fixed(honor: HonorLabels, entity: str) -> None:
    series = dcgm_series_type(entity, honor_labels=honor)
    assert (series.open, series.keys, series.dependencies, series.absent) == (True, (), (), frozenset())
    assert series.distinct is Validity.ALWAYS
    assert set(series.domains.values()) <= set(DOMAINS)


@pytest.mark.parametrize(
    ("label", "domain"),
    [
        ("UUID", "gpu-uuid"),
        ("uuid", "gpu-uuid"),
        ("gpu", "gpu-index"),
        ("GPU_I_ID", "gpu-instance"),
        ("pci_bus_id", "pci-address-guest"),
        ("Hostname", "hostname-exporter"),
        ("instance", "scrape-instance"),
        ("node", None),
        ("xid", "xid"),
        ("window_size_in_ms", None),
    ],
)
def test_domains(label: str, domain: str | None) -> None:
    series = dcgm_series_type("gpu", dimensions=["xid", "window_size_in_ms"])
    assert series.domains.get(label) == domain
    assert (label in series.possible) is (label != "node")


@pytest.mark.parametrize(
    ("path", "honor", "pod"),
    [
        ("host", FALSE, None),
        ("host", TRUE, None),
        ("vsock-exporter", FALSE, None),
        ("pod-network", FALSE, "launcher-pod"),
    ],
)
def test_elsewhere_the_pod_is_that_of_the_exporter_or_the_mapped_one(
    path: str, honor: HonorLabels, pod: str | None
) -> None:
    series = dcgm_series_type("gpu", paths=(path,), honor_labels=honor)
    assert series.domains.get("pod") == pod
    assert "pod" in series.possible
    assert target(path).domains["pod"] == (pod or "exporter-pod")


def test_label_rows_close_the_type() -> None:
    series = dcgm_series_type("gpu", label_rows=["DCGM_FI_DRIVER_VERSION"])
    assert not series.open
    assert "DCGM_FI_DRIVER_VERSION" in series.possible


@pytest.mark.parametrize("release", ["", "4.8", "latest", "4.5.3-4.8.2-ubuntu", "4.5.3-4.8.٢", "4.8.2\n", "9" * 9999])
def test_no_release(release: str) -> None:
    if release.strip() == "4.8.2":
        assert exporter_number(release) == (4, 8, 2)
        return
    with pytest.raises(InputError) as caught:
        exporter_number(release)
    assert len(str(caught.value)) < 200
