"""What must hold of any set of Kubernetes objects that is applied together, by rules of the API server.

Sources: Kubernetes' own validation (names, label values, selectors against templates, security contexts) and the
references between objects. It finds mistakes where no schema is at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

SUBDOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")
LABEL_KEY = re.compile(r"([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
PORT_NAME = re.compile(r"(?=.{1,15}$)[a-z0-9]+(-[a-z0-9]+)*")
VERSIONS = {
    "ConfigMap": "v1",
    "Secret": "v1",
    "ServiceAccount": "v1",
    "Deployment": "apps/v1",
    "DaemonSet": "apps/v1",
    "CronJob": "batch/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "Role": "rbac.authorization.k8s.io/v1",
    "RoleBinding": "rbac.authorization.k8s.io/v1",
    "ClusterRole": "rbac.authorization.k8s.io/v1",
    "ClusterRoleBinding": "rbac.authorization.k8s.io/v1",
    "PodMonitor": "monitoring.coreos.com/v1",
    "ServiceMonitor": "monitoring.coreos.com/v1",
    "ScrapeConfig": "monitoring.coreos.com/v1alpha1",
    "MutatingAdmissionPolicy": "admissionregistration.k8s.io/v1",
    "MutatingAdmissionPolicyBinding": "admissionregistration.k8s.io/v1",
}
CLUSTER_WIDE = {"ClusterRole", "ClusterRoleBinding", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"}
PRIVILEGES = {"SYS_ADMIN", "SYS_PTRACE"}


def complaints(objects: list[Any], given: frozenset[tuple[str, str]] = frozenset()) -> list[str]:
    """Everything that is wrong; ``given``: kind and name of objects that are there already."""
    found = [f"{name(one)}: {text}" for one in objects for text in (*_identity(one), *_pods(one))]
    names = [(one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]) for one in objects]
    found += [f"{key} is there twice" for key in sorted(set(names), key=str) if names.count(key) > 1]
    there = {(kind, name) for kind, _, name in names} | given
    for one in objects:
        found += [
            f"{name(one)}: refers to {kind} {target}" for kind, target in references(one) if (kind, target) not in there
        ]
    return found


def name(one: Any) -> str:
    """Kind and name."""
    return f"{one.get('kind')} {one.get('metadata', {}).get('name')}"


def pod_template(one: Any) -> Any:
    """The pod template of a workload, or None."""
    spec = one.get("spec", {})
    spec = spec.get("jobTemplate", {}).get("spec", spec) if one["kind"] == "CronJob" else spec
    return spec.get("template") if one["kind"] in ("Deployment", "DaemonSet", "CronJob") else None


def references(one: Any) -> Iterator[tuple[str, str]]:
    """Kind and name of the objects that ``one`` cannot do without."""
    template = pod_template(one)
    if template:
        yield "ServiceAccount", template["spec"]["serviceAccountName"]
        yield from (
            ("ConfigMap", volume["configMap"]["name"])
            for volume in template["spec"].get("volumes", [])
            if "configMap" in volume
        )
    if one["kind"].endswith("RoleBinding"):
        yield one["roleRef"]["kind"], one["roleRef"]["name"]
        yield from (("ServiceAccount", subject["name"]) for subject in one["subjects"])
    if one["kind"] == "MutatingAdmissionPolicyBinding":
        yield "MutatingAdmissionPolicy", one["spec"]["policyName"]
        yield "ConfigMap", one["spec"]["paramRef"]["name"]


def _identity(one: Any) -> Iterator[str]:
    if VERSIONS.get(one["kind"]) != one["apiVersion"]:
        yield f"apiVersion {one['apiVersion']}"
    metadata = one["metadata"]
    if not SUBDOMAIN.fullmatch(metadata["name"]):
        yield "its name is none"
    if one["kind"] in CLUSTER_WIDE and "namespace" in metadata:
        yield "a namespace on an object of the whole cluster"
    for labels in _label_maps(one):
        for key, value in labels.items():
            if not isinstance(value, str) or not LABEL_VALUE.fullmatch(value) or not LABEL_KEY.fullmatch(key):
                yield f"the label {key}={value}"
    if one["kind"] in ("ConfigMap", "Secret"):
        for key, value in {**one.get("data", {}), **one.get("stringData", {})}.items():
            if not isinstance(value, str) or not re.fullmatch(r"[-._a-zA-Z0-9]+", key):
                yield f"the data {key}"


def _label_maps(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("labels", "matchLabels", "nodeSelector") and isinstance(value, dict):
                yield value
            else:
                yield from _label_maps(value)
    elif isinstance(node, list):
        for value in node:
            yield from _label_maps(value)


def _pods(one: Any) -> Iterator[str]:
    template = pod_template(one)
    if not template:
        return
    labels = template["metadata"]["labels"]
    selector = one["spec"].get("selector", {}).get("matchLabels", {})
    if one["kind"] != "CronJob" and (not selector or any(labels.get(key) != value for key, value in selector.items())):
        yield "its selector does not select its own pods"
    spec = template["spec"]
    yield from containers_complaints(spec.get("containers", []), {volume["name"] for volume in spec.get("volumes", [])})


def containers_complaints(containers: list[Any], volumes: set[str]) -> Iterator[str]:
    """What is wrong with containers whose pod has ``volumes``."""
    names = [container["name"] for container in containers]
    if not names or len(set(names)) != len(names):
        yield f"its containers are {names}"
    for container in containers:
        if not isinstance(container.get("image"), str) or not container["image"]:
            yield f"container {container['name']} has no image"
        for word in (*container.get("args", []), *container.get("command", [])):
            if not isinstance(word, str):
                yield f"the argument {word!r} is no text"
        for entry in container.get("env", []):
            if not isinstance(entry.get("value", ""), str):
                yield f"the variable {entry['name']} is no text"
        for port in container.get("ports", []):
            if not isinstance(port["containerPort"], int) or not PORT_NAME.fullmatch(port["name"]):
                yield f"the port {port}"
        for mount in container.get("volumeMounts", []):
            if mount["name"] not in volumes:
                yield f"no volume {mount['name']}"
        context = container.get("securityContext", {})
        added = set(context.get("capabilities", {}).get("add", []))
        if added and context.get("allowPrivilegeEscalation") is False and "SYS_ADMIN" in added:
            yield "SYS_ADMIN with allowPrivilegeEscalation false is refused"
        if added - PRIVILEGES or context.get("privileged") or context.get("capabilities", {}).get("drop") != ["ALL"]:
            yield f"container {container['name']} has more rights than it needs"
