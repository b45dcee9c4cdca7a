"""The whole chain: a real Prometheus scrapes as the scaffold says, and the rules of the path show the right records.

Its scrape configuration is derived from the scaffold's monitor. It reaches the targets, at the addresses that the
scenario gives them, through a proxy on loopback. Each guest also forges what it can: labels of another VM, and a series
kubevirt_vmi_info of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scaffolded import parsed
from scrape_configs import Container, Pod, pod_monitor_jobs, scrape_config_jobs, service_monitor_jobs

from gpurules.app.rendering import render
from gpurules.app.scaffold import Wishes, scaffolding
from gpurules.config.model import Config, DcgmSection, KubevirtSection, OutputSection, RulesSection
from gpurules.manifests.paths.registry import SCAFFOLDED
from gpurules.rules.spec import RecordSpec
from gpurules.scenario.booking import RulesFor
from gpurules.scenario.expect import expect
from gpurules.scenario.fleet import DOUBLE, NAMESAKE, SINGLE, cluster, exporter
from gpurules.scenario.kube_state import GPU_RESOURCE
from gpurules.scenario.model import Labels, VirtualMachine, World, labels_of
from gpurules.scenario.openmetrics import pages_at
from gpurules.scenario.target import GUEST_PORT, Target
from live_prometheus import RATE_TOLERANCE, Server, free_port, settle
from loopback import Loopback, serving_pages

WAYS = {
    "pod-network": "pod-network",
    "vsock-sidecar": "vsock-sidecar",
    "vsock-exporter": "vsock-exporter",
    "host": "host-mapped",
    "remote": "remote",
    "single-vm-node": "node-exporter-relabelled",
}
"""Path -> the way of collection in the scenario that its set-up makes."""
FORGED = (
    labels_of(
        {
            "__name__": "kubevirt_vmi_info",
            "name": "mine",
            "namespace": "research",
            "phase": "running",
            "vmi_pod": "virt-launcher-simulate-x7k2p",
            "node": "worker-9",
            "job": "kubevirt-prometheus-metrics",
        }
    ),
    labels_of({"__name__": "DCGM_FI_DEV_FAN_SPEED", "gpu": "0"}),
)
EXPOSED = labels_of({"namespace": "finance", "pod": "virt-launcher-train-x7k2p", "name": "train", "node": "worker-9"})
LIAR = replace(SINGLE, exporter=exporter(exposed=EXPOSED, forged=FORGED))
NAMESAKE_THERE = replace(NAMESAKE, stays=(replace(NAMESAKE.stays[0], address="10.129.2.1"),))
"""Where its exporter pod, too, has an address of its own."""
UNLABELLED = replace(
    NAMESAKE, name="plain", stays=(replace(NAMESAKE.stays[0], pod="virt-launcher-plain-x7k2p", address="10.129.1.9"),)
)
"""A VM that nobody has set up: no label, so no target."""


def world_of(path: str) -> World:
    """Three VMs of which one lies; on the last resort, one VM on each node."""
    machines: tuple[VirtualMachine, ...] = (LIAR, DOUBLE, NAMESAKE_THERE)
    if path == "single-vm-node":
        machines = (LIAR, NAMESAKE_THERE)
    ready = tuple(replace(machine, collected=(WAYS[path],)) for machine in machines)
    return World(f"chain of {path}", replace(cluster(*ready), collection=0.001, kube_state=True), (0,))


@contextmanager
def proxied(world: World) -> Iterator[Loopback]:
    """A proxy that answers for every address of the scenario, at the scenario's time."""
    pages = {target.instance: page or "" for target, page in pages_at(world.cluster, 0).items()}
    with serving_pages(lambda url: pages.get(url.removeprefix("http://").partition("/")[0])) as proxy:
        yield proxy


def launcher_pod(machine: VirtualMachine, label: tuple[tuple[str, str], ...], *more: Container) -> Pod:
    """The launcher pod, with what a VM has besides: declared ports, and KubeVirt's own further containers."""
    stay = machine.stays[0]
    labels = (("kubevirt.io", "virt-launcher"), ("vmi.kubevirt.io/id", machine.name), *label)
    compute = Container("compute", (("ssh", 22), ("http", 80)) if machine.name == NAMESAKE.name else ())
    containers = (*more, compute, Container("guest-console-log"))
    return Pod(machine.namespace, stay.pod, stay.address, stay.node, labels, containers)


def template_pod(template: Any, target: Target, node: str) -> Pod:
    """The pod of a workload that the scaffold made, where the scenario has it."""
    own = dict(target.labels)
    containers = tuple(
        Container(one["name"], tuple((port["name"], port["containerPort"]) for port in one.get("ports", [])))
        for one in template["spec"]["containers"]
    )
    labels = tuple(template["metadata"]["labels"].items())
    return Pod(own["namespace"], own["pod"], own["instance"].rpartition(":")[0], node, labels, containers)


def jobs(path: str, made: list[Any], world: World) -> list[dict[str, Any]]:
    """The scrape configurations of the scaffold's monitor, with the targets that the cluster then has."""
    machines = world.cluster.machines
    guests = [target for target in pages_at(world.cluster, 0) if target.kind not in ("controller", "kube-state")]
    (monitor,) = [one for one in made if one["kind"] in ("PodMonitor", "ServiceMonitor", "ScrapeConfig")]
    label = (("gpu-metrics", "guest"),)
    match path:
        case "pod-network":
            pods = [launcher_pod(machine, label) for machine in machines]
            impostor = replace(launcher_pod(UNLABELLED, label), labels=label, name="impostor")
            return list(pod_monitor_jobs(monitor, [*pods, launcher_pod(UNLABELLED, ()), impostor]))
        case "vsock-sidecar":
            sidecar = Container("gpurules-exporter", (("gpu-metrics", GUEST_PORT),), init=True)
            pods = [launcher_pod(machine, label, sidecar) for machine in machines]
            return list(pod_monitor_jobs(monitor, [*pods, launcher_pod(UNLABELLED, ())]))
        case "vsock-exporter":
            deployments = {
                (one["metadata"]["namespace"], one["spec"]["selector"]["matchLabels"]["gpu-metrics-vm"]): one
                for one in made
                if one["kind"] == "Deployment"
            }
            pods = [
                template_pod(
                    deployments[dict(target.labels)["namespace"], dict(target.labels)["name"]]["spec"]["template"],
                    target,
                    "worker-1",
                )
                for target in guests
            ]
            return list(pod_monitor_jobs(monitor, pods))
        case "single-vm-node":
            (daemon,) = [one for one in made if one["kind"] == "DaemonSet"]
            pods = [template_pod(daemon["spec"]["template"], target, dict(target.labels)["node"]) for target in guests]
            return list(pod_monitor_jobs(monitor, pods))
        case "host":
            services = [
                (
                    {"app": "nvidia-dcgm-exporter"},
                    "nvidia-dcgm-exporter",
                    "gpu-metrics",
                    Pod(
                        "gpu-operator",
                        dict(target.labels)["pod"],
                        target.instance.rpartition(":")[0],
                        "",
                        (),
                        (Container("nvidia-dcgm-exporter", (("metrics", GUEST_PORT),)),),
                    ),
                )
                for target in guests
            ]
            return list(service_monitor_jobs(monitor, services))
        case "remote":
            return list(scrape_config_jobs(monitor))
    raise AssertionError(path)


def scaffolded_for(path: str, world: World) -> list[Any]:
    """What a user of this cluster prints and applies."""
    namespace = "gpu-operator" if path == "single-vm-node" else "monitoring"
    machines = [f"{one.namespace}/{one.name}={one.stays[0].address}" for one in world.cluster.machines]
    wishes = Wishes(path=path, machines=tuple(machines), namespace=namespace)
    return parsed(scaffolding(Config(), wishes).files["-"])


def others(world: World) -> Iterator[dict[str, Any]]:
    """The scrapes of KubeVirt and kube-state-metrics, which the cluster has already."""
    for number, target in enumerate(pages_at(world.cluster, 0)):
        if target.kind in ("controller", "kube-state"):
            labels = dict(target.labels)
            instance = labels.pop("instance")
            yield {
                "job_name": f"there-already-{number}",
                "honor_labels": True,
                "static_configs": [{"targets": [instance], "labels": labels}],
            }


def rules_of(path: str) -> tuple[str, tuple[RecordSpec, ...]]:
    """The rule file as the scaffold's heading says to render it, and what its records promise."""
    config = Config(
        dcgm=DcgmSection(honor_labels="false", collection_interval="1s"),
        kubevirt=KubevirtSection(gpu_resources=(GPU_RESOURCE,)),
        rules=RulesSection(paths=(path,), rate_window="8s"),
        output=OutputSection(format="rules"),
    )
    made = render(config)
    return made.text, tuple(rule.spec for group in made.rules.groups for rule in group.rules)


def differences(server: Server, world: World, specs: tuple[RecordSpec, ...], path: str) -> list[str]:
    """How what is recorded differs from what must be shown."""
    server.watch_rules()
    seen = server.records()
    wanted: dict[Labels, tuple[float, float]] = {}
    for spec in specs:
        expectation = expect(world, spec, 0, False, RulesFor((path,), "false"))
        assert expectation is not None
        # The pages stand still, and so do counters.
        still = bool(expectation.tolerance)
        wanted |= {one.labels: (0.0 if still else one.value, RATE_TOLERANCE) for one in expectation.samples}
    found = [f"missing: {labels}" for labels in wanted.keys() - seen.keys()]
    found += [f"unexpected: {labels} {seen[labels]}" for labels in seen.keys() - wanted.keys()]
    found += [
        f"{labels} is {seen[labels]}, not {wanted[labels][0]}"
        for labels in wanted.keys() & seen.keys()
        if seen[labels] != wanted[labels][0]
    ]
    return sorted(found)


@pytest.mark.parametrize("path", SCAFFOLDED)
def test_records_appear_as_the_scaffold_promises(path: str, prometheus: Path, tmp_path: Path) -> None:
    world = world_of(path)
    made = scaffolded_for(path, world)
    text, specs = rules_of(path)
    server = Server(prometheus, tmp_path / "prometheus", free_port())
    with proxied(world) as proxy:
        scrapes = [{**one, "proxy_url": proxy.url} for one in (*jobs(path, made, world), *others(world))]
        timing = {"scrape_interval": "1s", "scrape_timeout": "900ms", "evaluation_interval": "1s"}
        server.folder.mkdir()
        whole = {"global": timing, "rule_files": ["rules.yaml"], "scrape_configs": scrapes}
        (server.folder / "prometheus.yml").write_text(json.dumps(whole), encoding="utf-8")
        (server.folder / "rules.yaml").write_text(text, encoding="utf-8")
        server.start()
        try:
            settle(lambda: differences(server, world, specs, path))
            names = json.loads(server.get("/api/v1/label/__name__/values"))["data"]
            targets = json.loads(server.get("/api/v1/targets"))["data"]["activeTargets"]
            infos = json.loads(server.get("/api/v1/query?query=kubevirt_vmi_info"))["data"]["result"]
            server.stop()
        finally:
            server.kill()
    assert server.failed_rules == {}
    assert [one["scrapeUrl"] for one in targets if one["health"] != "up"] == []
    keep = {
        name
        for one in made
        for endpoint in _endpoints(one)
        for step in endpoint["metricRelabelings"]
        for name in step["regex"].split("|")
    }
    assert {name for name in names if name.startswith("DCGM_")} <= keep
    assert {one["metric"]["name"] for one in infos} == {machine.name for machine in world.cluster.machines}
    assert {name for name in keep if name in text} == keep


def _endpoints(one: Any) -> list[Any]:
    spec = one.get("spec", {})
    if one["kind"] == "ScrapeConfig":
        return [spec]
    return [
        *spec.get("podMetricsEndpoints", []),
        *(spec.get("endpoints", []) if one["kind"] == "ServiceMonitor" else []),
    ]
