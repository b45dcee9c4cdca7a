"""What prometheus-operator makes of monitors, as far as these use it: scrape configurations with their targets in them.

Sources: the operator's promcfg.go (labels that it sets, selectors as keep steps) and Prometheus' service discovery of
pods (one target for each declared port of each container, one without a port for a container that declares none). The
targets stand in static_configs with the labels that discovery would give them, so Prometheus itself relabels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a pod and its declared ports by name; ``init``: among the init containers."""

    name: str
    ports: tuple[tuple[str, int], ...] = ()
    init: bool = False


@dataclass(frozen=True, slots=True)
class Pod:
    """A running pod, as the API server shows it."""

    namespace: str
    name: str
    ip: str
    node: str
    labels: tuple[tuple[str, str], ...]
    containers: tuple[Container, ...]


def meta(pod: Pod) -> Iterator[dict[str, str]]:
    """The targets of discovery by role pod."""
    common = {
        "__meta_kubernetes_namespace": pod.namespace,
        "__meta_kubernetes_pod_name": pod.name,
        "__meta_kubernetes_pod_ip": pod.ip,
        "__meta_kubernetes_pod_node_name": pod.node,
        "__meta_kubernetes_pod_phase": "Running",
    }
    for key, value in pod.labels:
        safe = re.sub(r"[^a-zA-Z0-9_]", "_", key)
        common |= {f"__meta_kubernetes_pod_label_{safe}": value, f"__meta_kubernetes_pod_labelpresent_{safe}": "true"}
    for container in pod.containers:
        its = {
            **common,
            "__meta_kubernetes_pod_container_name": container.name,
            "__meta_kubernetes_pod_container_init": "true" if container.init else "false",
        }
        for name, port in container.ports:
            yield {
                **its,
                "__address__": f"{pod.ip}:{port}",
                "__meta_kubernetes_pod_container_port_name": name,
                "__meta_kubernetes_pod_container_port_number": str(port),
                "__meta_kubernetes_pod_container_port_protocol": "TCP",
            }
        if not container.ports:
            yield {**its, "__address__": pod.ip}


def pod_monitor_jobs(monitor: Any, pods: Iterable[Pod]) -> Iterator[dict[str, Any]]:
    """The scrape configurations of a PodMonitor."""
    spec, own = monitor["spec"], monitor["metadata"]
    everywhere = spec.get("namespaceSelector", {}).get("any", False)
    seen = [pod for pod in pods if everywhere or pod.namespace == own["namespace"]]
    for number, endpoint in enumerate(spec["podMetricsEndpoints"]):
        steps = [
            keep(
                [f"__meta_kubernetes_pod_label_{safe(key)}", f"__meta_kubernetes_pod_labelpresent_{safe(key)}"],
                f"({value});true",
            )
            for key, value in spec["selector"]["matchLabels"].items()
        ]
        if endpoint.get("port"):
            steps.append(keep(["__meta_kubernetes_pod_container_port_name"], endpoint["port"]))
        steps += [
            copy("__meta_kubernetes_namespace", "namespace"),
            copy("__meta_kubernetes_pod_container_name", "container"),
            copy("__meta_kubernetes_pod_name", "pod"),
            {"target_label": "job", "replacement": f"{own['namespace']}/{own['name']}"},
        ]
        if endpoint.get("port"):
            steps.append({"target_label": "endpoint", "replacement": endpoint["port"]})
        yield job(
            f"podMonitor/{own['name']}/{number}", endpoint, spec, steps, [one for pod in seen for one in meta(pod)]
        )


def service_monitor_jobs(
    monitor: Any, services: Iterable[tuple[dict[str, str], str, str, Pod]]
) -> Iterator[dict[str, Any]]:
    """The scrape configurations of a ServiceMonitor; ``services``: labels, name and port name, and a pod behind it."""
    spec, own = monitor["spec"], monitor["metadata"]
    for number, endpoint in enumerate(spec["endpoints"]):
        targets = []
        for labels, name, port_name, pod in services:
            ((_, port),) = pod.containers[0].ports
            target = {
                "__address__": f"{pod.ip}:{port}",
                "__meta_kubernetes_namespace": pod.namespace,
                "__meta_kubernetes_service_name": name,
                "__meta_kubernetes_pod_name": pod.name,
                "__meta_kubernetes_pod_container_name": pod.containers[0].name,
                "__meta_kubernetes_endpoint_port_name": port_name,
            }
            targets.append(
                target | {f"__meta_kubernetes_service_label_{safe(key)}": value for key, value in labels.items()}
            )
        steps = [
            keep([f"__meta_kubernetes_service_label_{safe(key)}"], value)
            for key, value in spec["selector"]["matchLabels"].items()
        ]
        steps += [
            keep(["__meta_kubernetes_endpoint_port_name"], endpoint["port"]),
            copy("__meta_kubernetes_namespace", "namespace"),
            copy("__meta_kubernetes_service_name", "service"),
            copy("__meta_kubernetes_pod_name", "pod"),
            copy("__meta_kubernetes_pod_container_name", "container"),
            copy("__meta_kubernetes_service_name", "job"),
            {"target_label": "endpoint", "replacement": endpoint["port"]},
        ]
        yield job(f"serviceMonitor/{own['name']}/{number}", endpoint, spec, steps, targets)


def scrape_config_jobs(config: Any) -> Iterator[dict[str, Any]]:
    """The scrape configurations of a ScrapeConfig with static targets."""
    spec, own = config["spec"], config["metadata"]
    yield {
        "job_name": f"scrapeConfig/{own['namespace']}/{own['name']}",
        "metrics_path": spec["metricsPath"],
        "honor_labels": spec["honorLabels"],
        "honor_timestamps": spec["honorTimestamps"],
        **limits(spec),
        "static_configs": spec["staticConfigs"],
        "metric_relabel_configs": [relabel(step) for step in spec["metricRelabelings"]],
    }


def job(name: str, endpoint: Any, spec: Any, steps: list[Any], targets: list[dict[str, str]]) -> dict[str, Any]:
    """One scrape configuration."""
    return {
        "job_name": name,
        "metrics_path": endpoint["path"],
        "honor_labels": endpoint["honorLabels"],
        "honor_timestamps": endpoint.get("honorTimestamps", True),
        "follow_redirects": endpoint.get("followRedirects", True),
        **limits(spec),
        "static_configs": [{"targets": [labels["__address__"]], "labels": labels} for labels in targets],
        "relabel_configs": [*steps, *(relabel(step) for step in endpoint.get("relabelings", []))],
        "metric_relabel_configs": [relabel(step) for step in endpoint.get("metricRelabelings", [])],
    }


def limits(spec: Any) -> dict[str, Any]:
    """The limits of a monitor."""
    return {re.sub(r"(?=[A-Z])", "_", name).lower(): value for name, value in spec.items() if name.endswith("Limit")}


def relabel(step: Any) -> dict[str, Any]:
    """A step of a monitor as Prometheus writes it."""
    return {re.sub(r"(?=[A-Z])", "_", key).lower(): value for key, value in step.items()}


def keep(sources: list[str], regex: str) -> dict[str, Any]:
    """Keep targets whose labels match."""
    return {"source_labels": sources, "regex": regex, "action": "keep"}


def copy(source: str, target: str) -> dict[str, Any]:
    """A label from another one."""
    return {"source_labels": [source], "target_label": target}


def safe(key: str) -> str:
    """A label's key in the name of a meta label."""
    return re.sub(r"[^a-zA-Z0-9_]", "_", key)
