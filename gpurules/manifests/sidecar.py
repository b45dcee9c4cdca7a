"""The containers that an admission policy puts beside virt-launcher."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gpurules.manifests.cel import constructor
from gpurules.manifests.manifest import Manifest, manifest
from gpurules.manifests.settings import Settings

EXPORTER = "gpurules-exporter"
BRIDGE = "gpurules-bridge"
FILES = "gpurules-files"
TOKEN = "gpurules-token"
DOMAIN_ANNOTATION = "kubevirt.io/domain"
"""An annotation of launcher pods whose value is the VMI's name (KubeVirt v0.59 to main)."""
TOKEN_SECONDS = 3600
LAUNCHER_USER = 107
"""The user of launcher pods, qemu; with one user in all containers the token is that user's to read."""


def policy(settings: Settings, files: str) -> Iterator[Manifest]:
    """The policy and its binding; ``files`` is the ConfigMap in the VM's namespace."""
    name = f"{settings.name}-sidecar"
    there = f"object.spec.initContainers.exists(c, c.name == {constructor(EXPORTER, '')})"
    condition = f"!has(object.spec.initContainers) || !{there}"
    yield manifest(
        "sidecar-policy",
        "sidecar-policy",
        settings,
        name=name,
        condition=condition,
        expression=patch_expression(settings, files),
    )
    yield manifest("sidecar-policy-binding", "sidecar-policy-binding", settings, name=name, files=files)


def patch_expression(settings: Settings, files: str) -> str:
    """The JSON patch as CEL. It adds to lists, so what others put into the pod stays."""
    added = [("/spec/initContainers/-", "Object.spec.initContainers", each) for each in containers(settings)]
    added += [("/spec/volumes/-", "Object.spec.volumes", each) for each in volumes(files)]
    operations = ",\n".join(_operation(path, constructor(value, kind, 4)) for path, kind, value in added)
    missing = "\n".join(
        f'(has(object.spec.{field}) ? [] : [JSONPatch{{op: "add", path: "/spec/{field}", value: []}}]) +'
        for field in ("initContainers", "volumes")
    )
    return f"{missing}\n[\n{operations}\n]"


def _operation(path: str, value: str) -> str:
    return f'  JSONPatch{{\n    op: "add",\n    path: "{path}",\n    value: {value}\n  }}'


def containers(settings: Settings) -> tuple[dict[str, Any], ...]:
    """Bridge and exporter as native sidecars: init containers that are restarted always, and end with the VM."""
    mount = {"name": FILES, "mountPath": "/etc/gpurules", "readOnly": True}
    seccomp = (
        {"type": "Localhost", "localhostProfile": settings.seccomp_profile}
        if settings.seccomp_profile
        else {"type": "Unconfined"}
    )
    unprivileged = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "runAsUser": LAUNCHER_USER,
    }
    bridge = {
        "name": BRIDGE,
        "image": settings.bridge_image,
        "restartPolicy": "Always",
        "command": ["python3", "-u", "/etc/gpurules/bridge.py"],
        "env": [
            {"name": "VMI_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}},
            {
                "name": "VMI_NAME",
                "valueFrom": {"fieldRef": {"fieldPath": f"metadata.annotations['{DOMAIN_ANNOTATION}']"}},
            },
            {"name": "ENGINE_PORT", "value": str(settings.engine_port)},
            {"name": "LISTEN_PORT", "value": str(settings.engine_port)},
        ],
        "securityContext": {
            **unprivileged,
            "readOnlyRootFilesystem": True,
            "seccompProfile": seccomp,
        },
        "resources": _equal(cpu="50m", memory="128Mi"),
        "volumeMounts": [
            mount,
            {"name": TOKEN, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": True},
        ],
    }
    exporter = {
        "name": EXPORTER,
        "image": settings.exporter_image,
        "restartPolicy": "Always",
        "args": [
            "-r", f"127.0.0.1:{settings.engine_port}", "-f", "/etc/gpurules/counters.csv",
            "-c", str(settings.collection), "-a", f":{settings.exporter_port}",
        ],
        "ports": [{"name": "gpu-metrics", "containerPort": settings.exporter_port}],
        "securityContext": unprivileged,
        "resources": _equal(cpu="100m", memory="512Mi"),
        "volumeMounts": [mount],
    }  # fmt: skip
    return bridge, exporter


def _equal(**amounts: str) -> dict[str, Any]:
    """Requests that are the limits: a launcher pod of the class Guaranteed, as VMs with CPUs of their own need, stays
    one."""
    return {"requests": dict(amounts), "limits": dict(amounts)}


def volumes(files: str) -> tuple[dict[str, Any], ...]:
    """The ConfigMap, and a token of the pod's own account: launcher pods mount none by themselves."""
    token = {
        "name": TOKEN,
        "projected": {
            "sources": [
                {"serviceAccountToken": {"path": "token", "expirationSeconds": TOKEN_SECONDS}},
                {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            ]
        },
    }
    return {"name": FILES, "configMap": {"name": files}}, token
