"""What is on a cluster decides what is proposed, and the scaffold is made for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rollout_cluster import Cluster, cluster, prometheus
from scaffolded import parsed

from api_server.server import on, status
from gpurules.app.discovery import discovered
from gpurules.app.scaffold import Wishes, scaffolding
from gpurules.app.scrapers import SOURCES
from gpurules.manifests.settings import Machine
from gpurules.manifests.survey import SCRAPING, Guest, Survey, guests, propose
from gpurules.text.errors import EnvironmentFault, InputError

POD_NETWORK: dict[str, Any] = {"networks": [{"name": "default", "pod": {}}]}
MASQUERADE: dict[str, Any] = {"interfaces": [{"name": "default", "masquerade": {}}]}


def vmi(
    name: str,
    *,
    gpus: tuple[str, ...] = ("nvidia.com/GA102GL_A10",),
    namespace: str = "tenant-a",
    vsock: bool = False,
    network: dict[str, Any] | None = None,
    interfaces: dict[str, Any] | None = None,
    phase: str = "Running",
    guest: str = "ubuntu",
    hosts: tuple[str, ...] = (),
) -> dict[str, Any]:
    """A VirtualMachineInstance."""
    devices = {
        "gpus": [{"name": f"gpu{number}", "deviceName": one} for number, one in enumerate(gpus)],
        "hostDevices": [{"name": f"host{number}", "deviceName": one} for number, one in enumerate(hosts)],
        **(MASQUERADE if interfaces is None else interfaces),
    }
    state: dict[str, Any] = {"phase": phase, "guestOSInfo": {"id": guest}}
    return {
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"domain": {"devices": devices}, **(POD_NETWORK if network is None else network)},
        "status": state | ({"VSOCKCID": 7} if vsock else {}),
    }


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Cluster]:
    with cluster(tmp_path / "cluster", loaded=False) as made:
        yield made


def add(here: Cluster, *vmis: dict[str, Any]) -> None:
    for one in vmis:
        here.server.store.add("virtualmachineinstances", one)


POLICIES = {"mutatingadmissionpolicies": ("admissionregistration.k8s.io", "v1beta1", "MutatingAdmissionPolicy")}
NO_POD_NETWORK: dict[str, Any] = {"networks": [{"name": "x", "multus": {"networkName": "y"}}]}
FOUND: list[tuple[str, list[dict[str, Any]], bool, str]] = [
    ("one VM", [vmi("a")], False, "pod-network"),
    ("no network named", [vmi("a", network={}, interfaces={})], False, "pod-network"),
    ("all with VSOCK", [vmi("a", vsock=True), vmi("b", vsock=True)], False, "vsock-exporter"),
    ("all with VSOCK, policies", [vmi("a", vsock=True), vmi("b", vsock=True)], True, "vsock-sidecar"),
    ("some with VSOCK", [vmi("a", vsock=True), vmi("b")], True, "pod-network"),
    ("other network", [vmi("a"), vmi("b", network=NO_POD_NETWORK)], False, "vsock-exporter"),
    ("other network, policies", [vmi("a", network=NO_POD_NETWORK)], True, "vsock-sidecar"),
    ("host device", [vmi("a", gpus=(), hosts=("nvidia.com/GH100_H100",))], False, "pod-network"),
    ("a claim", [vmi("a", gpus=("",))], False, "pod-network"),
]


@pytest.mark.parametrize(("vmis", "policies", "path"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_the_path_that_is_proposed(here: Cluster, vmis: list[dict[str, Any]], policies: bool, path: str) -> None:
    add(here, *vmis)
    here.server.resources |= POLICIES if policies else {}
    wishes, said = discovered(Wishes(), here.access)
    assert wishes.path == path
    assert said[-1].startswith(f"proposed: --path {path}, since ")
    assert wishes.machines == tuple(f"tenant-a/{one['metadata']['name']}" for one in vmis)
    assert wishes.admission_version == ("v1beta1" if policies else "v1")
    made = parsed(scaffolding(here.config, wishes).files["-"])
    assert any(one["kind"] == "PodMonitor" for one in made)


def test_what_is_there_is_said_and_used(here: Cluster) -> None:
    add(
        here,
        vmi("train-1", vsock=True),
        vmi("train-2", namespace="tenant-b"),
        vmi("radeon", gpus=("amd.com/MI300X",)),
        vmi("office", guest="mswindows"),
        vmi("plain", gpus=()),
        vmi("ended", phase="Succeeded"),
    )
    taken_from = {"podMonitorSelector": {"matchLabels": {"release": "x"}}, "podMonitorNamespaceSelector": {}}
    here.server.store.add("prometheuses", prometheus("k8s", "observability", **taken_from))
    pod = {"metadata": {"name": "dcgm-1", "namespace": "gpu-operator", "labels": {"app": "nvidia-dcgm-exporter"}}}
    here.server.store.add("pods", pod)
    wishes, said = discovered(Wishes(), here.access)
    assert said == (
        "2 VMs have NVIDIA GPUs (nvidia.com/GA102GL_A10); 1 of them with VSOCK",
        "tenant-a/radeon has amd.com/MI300X: not NVIDIA's, left alone",
        "tenant-a/office runs Windows: nothing is known to work there, left alone",
        "dcgm-exporter runs in gpu-operator/dcgm-1: it sees no passed-through GPU",
        "proposed: --path pod-network, since every VM is on the pod network, and not every one has VSOCK",
    )
    assert wishes.machines == ("tenant-a/train-1", "tenant-b/train-2")
    assert wishes.monitor_labels == (("release", "x"),)
    assert wishes.prometheus_namespace == "observability"
    given = Wishes(path="host", machines=("a/b",), monitor_labels=(("c", "d"),), prometheus_namespace="e")
    taken, said = discovered(given, here.access)
    assert taken == given
    assert said[-3:] == (
        "Prometheus observability/k8s selects no ServiceMonitor at all: set spec.serviceMonitorSelector in it",
        "proposed: --path pod-network, since every VM is on the pod network, and not every one has VSOCK",
        "--path host is set up, as you say",
    )
    assert here.server.writes() == []


def test_several_prometheus_objects_are_not_chosen_among(here: Cluster) -> None:
    add(here, vmi("a"))
    for name in ("one", "two"):
        here.server.store.add("prometheuses", prometheus(name, podMonitorSelector={"matchLabels": {"release": name}}))
    wishes, said = discovered(Wishes(), here.access)
    assert said[0] == "1 VM has NVIDIA GPUs (nvidia.com/GA102GL_A10), without VSOCK"
    assert wishes.monitor_labels == ()
    assert "several that scrape: monitoring/one, monitoring/two; choose with --monitor-label" in said


def scraping(kind: str, name: str = "k8s", namespace: str = "monitoring", **spec: Any) -> dict[str, Any]:
    """An object that scrapes."""
    return {"kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


ANY: dict[str, Any] = {}
TAKES: list[tuple[str, dict[str, Any], dict[str, str], str]] = [
    ("every monitor", scraping("Prometheus", podMonitorSelector=ANY, podMonitorNamespaceSelector=ANY), {}, ""),
    ("its own namespace", scraping("Prometheus", podMonitorSelector=ANY), {}, ""),
    (
        "labels",
        scraping("Prometheus", podMonitorSelector={"matchLabels": {"release": "kps"}}),
        {"release": "kps"},
        "",
    ),
    (
        "expressions",
        scraping(
            "Prometheus",
            podMonitorSelector={"matchExpressions": [{"key": "team", "operator": "In", "values": ["gpu"]}]},
        ),
        {"team": "gpu"},
        "",
    ),
    (
        "what no label does",
        scraping(
            "Prometheus", podMonitorSelector={"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}]}
        ),
        {},
        "Prometheus monitoring/k8s has a podMonitorSelector that no added label satisfies",
    ),
    (
        "none",
        scraping("Prometheus"),
        {},
        "Prometheus monitoring/k8s selects no PodMonitor at all: set spec.podMonitorSelector in it",
    ),
    (
        "another namespace",
        scraping("Prometheus", namespace="observability", podMonitorSelector=ANY),
        {},
        "Prometheus observability/k8s looks for PodMonitors in its own namespace alone: use --namespace observability",
    ),
    (
        "other namespaces",
        scraping(
            "Prometheus", podMonitorSelector=ANY, podMonitorNamespaceSelector={"matchLabels": {"monitored": "yes"}}
        ),
        {},
        "Prometheus monitoring/k8s does not look for PodMonitors in namespace monitoring: "
        "kubectl label namespace monitoring monitored=yes",
    ),
    ("an agent", scraping("PrometheusAgent", podMonitorSelector=ANY, podMonitorNamespaceSelector=ANY), {}, ""),
    ("VMAgent, all", scraping("VMAgent", selectAllByDefault=True), {}, ""),
    (
        "VMAgent, labels",
        scraping("VMAgent", podScrapeSelector={"matchLabels": {"a": "b"}}, podScrapeNamespaceSelector=ANY),
        {"a": "b"},
        "",
    ),
    (
        "VMAgent, none",
        scraping("VMAgent"),
        {},
        "VMAgent monitoring/k8s selects no PodMonitor at all: set selectAllByDefault in it",
    ),
]
PLURALS = {"Prometheus": "prometheuses", "PrometheusAgent": "prometheusagents", "VMAgent": "vmagents"}


@pytest.mark.parametrize(("scraper", "labels", "remark"), [row[1:] for row in TAKES], ids=[row[0] for row in TAKES])
def test_whether_the_monitor_is_taken(here: Cluster, scraper: Any, labels: dict[str, str], remark: str) -> None:
    add(here, vmi("a"))
    here.server.store.add(PLURALS[scraper["kind"]], scraper)
    wishes, said = discovered(Wishes(), here.access)
    assert dict(wishes.monitor_labels) == labels
    assert wishes.prometheus_namespace == scraper["metadata"]["namespace"]
    assert wishes.prometheus_labels == (
        (("app.kubernetes.io/name", "vmagent"),) if scraper["kind"] == "VMAgent" else ()
    )
    assert list(said[1:-1]) == ([remark] if remark else [])


@pytest.mark.parametrize(
    ("path", "selector", "monitor"),
    [("host", "serviceMonitor", "ServiceMonitor"), ("remote", "scrapeConfig", "ScrapeConfig")],
)
def test_each_path_has_its_kind_of_monitor(here: Cluster, path: str, selector: str, monitor: str) -> None:
    add(here, vmi("a"))
    spec: dict[str, Any] = {
        "podMonitorSelector": {"matchLabels": {"a": "pods"}},
        f"{selector}Selector": {"matchLabels": {"a": path}},
    }
    here.server.store.add("prometheuses", scraping("Prometheus", **spec))
    assert discovered(Wishes(path=path), here.access)[0].monitor_labels == (("a", path),)
    wishes, said = discovered(Wishes(path=path, monitor_labels=(("a", "c"),)), here.access)
    assert wishes.monitor_labels == (("a", "c"),)
    assert f"Prometheus monitoring/k8s selects {monitor}s by other labels than you say" in said


def served_without(here: Cluster, *groups: str) -> None:
    here.server.resources = {
        name: resource for name, resource in here.server.resources.items() if resource[0] not in groups
    }


NOBODY = "no Prometheus object, nor a VMAgent: monitors need prometheus-operator or the VictoriaMetrics operator"
NO_CRD = "the cluster does not know PodMonitors: install the CRDs of prometheus-operator"
WITHOUT = [
    (("monitoring.coreos.com", "operator.victoriametrics.com"), False, (NOBODY, NO_CRD)),
    (("operator.victoriametrics.com",), False, (NOBODY,)),
    (("monitoring.coreos.com",), True, (f"{NO_CRD}; the VictoriaMetrics operator reads them too",)),
]


@pytest.mark.parametrize(("groups", "agent", "says"), WITHOUT)
def test_which_operators_are_there(here: Cluster, groups: tuple[str, ...], agent: bool, says: tuple[str, ...]) -> None:
    add(here, vmi("a"))
    served_without(here, *groups)
    if agent:
        here.server.store.add("vmagents", scraping("VMAgent", selectAllByDefault=True))
    assert discovered(Wishes(), here.access)[1][1:-1] == says


def test_every_kind_that_scrapes_is_listed() -> None:
    assert tuple(SOURCES) == SCRAPING


def wired(*interfaces: tuple[str, Any]) -> dict[str, Any]:
    """A VMI whose status has these interfaces: network and address."""
    made = vmi("a")
    made["status"]["interfaces"] = [{"name": name, "ipAddress": address} for name, address in interfaces]
    return made


ADDRESSES = [
    ("off the pod network", wired(("default", "10.0.2.2"), ("lan", "192.0.2.7")), "tenant-a/a=192.0.2.7"),
    ("IPv6", wired(("lan", "2001:db8::7")), "tenant-a/a=2001:db8::7"),
    ("the first that can be reached", wired(("x", "fe80::1"), ("y", "127.0.0.1"), ("z", "192.0.2.9")),
     "tenant-a/a=192.0.2.9"),
    ("on the pod network alone", wired(("default", "10.0.2.2")), "tenant-a/a"),
    ("none", wired(("lan", ""), ("lan", None), ("lan", "x; y")), "tenant-a/a"),
]  # fmt: skip


@pytest.mark.parametrize(("found", "machine"), [row[1:] for row in ADDRESSES], ids=[row[0] for row in ADDRESSES])
def test_path_remote_takes_the_addresses_that_kubevirt_knows(here: Cluster, found: Any, machine: str) -> None:
    add(here, found)
    assert discovered(Wishes(path="remote"), here.access)[0].machines == (machine,)
    assert discovered(Wishes(), here.access)[0].machines == ("tenant-a/a",)


WRONG = [
    ("no VM with a GPU", [vmi("plain", gpus=())], None, InputError, "nothing to set up: no VM has a GPU"),
    (
        "Windows",
        [vmi("w", guest="mswindows")],
        None,
        InputError,
        "no VM that could be set up has an NVIDIA GPU; tenant-a/w runs Windows",
    ),
    ("no KubeVirt", [], "virtualmachineinstances", EnvironmentFault, "the cluster has no KubeVirt"),
]


@pytest.mark.parametrize(("vmis", "absent", "error", "says"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_nothing_to_set_up_is_said(
    here: Cluster, vmis: list[dict[str, Any]], absent: str | None, error: type[Exception], says: str
) -> None:
    add(here, *vmis)
    if absent:
        del here.server.resources[absent]
    with pytest.raises(error, match=says):
        discovered(Wishes(), here.access)


def test_what_may_not_be_read_is_said(here: Cluster) -> None:
    add(here, vmi("a"))
    here.server.moods.append(on("GET", "/api/v1/pods", lambda: status(403, "Forbidden", "pods is forbidden")))
    assert "you may not list pods" in discovered(Wishes(), here.access)[1]
    here.server.moods.append(on("GET", "virtualmachineinstances", lambda: status(403, "Forbidden", "no")))
    with pytest.raises(EnvironmentFault, match="you may not list VMs; ask for the verb list"):
        discovered(Wishes(), here.access)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "metadata",
                    "spec",
                    "status",
                    "domain",
                    "devices",
                    "gpus",
                    "hostDevices",
                    "deviceName",
                    "name",
                    "namespace",
                    "networks",
                    "interfaces",
                    "pod",
                    "phase",
                    "guestOSInfo",
                    "annotations",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(vmis=st.lists(JSON, max_size=3))
def test_no_object_of_a_tenant_breaks_the_survey(vmis: list[Any]) -> None:
    for guest in guests(vmis):
        assert guest.machine.name


@given(vmis=JSON)
def test_nor_does_one_with_a_name(vmis: Any) -> None:
    spec = vmis if isinstance(vmis, dict) else {}
    guests([{**spec, "metadata": {"name": "a", "namespace": "b"}}])


def test_windows_alone_is_nothing_to_set_up() -> None:
    one = Guest(Machine("a", "b"), ("nvidia.com/x",), False, True, True, True)
    assert propose(Survey((one,))) is None
