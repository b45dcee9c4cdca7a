"""A real kube-apiserver with its etcd, where there are any: ``KUBE_APISERVER`` and ``ETCD`` name them, else PATH.

It serves CRDs of the kinds that rollout looks at, with a schema of our own that keys groups by name, as the operator's
does. Everything runs on loopback, below the test's folder.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api_server.server import RESOURCES
from kubernetes_api.access import authority
from kubernetes_api.server import TOKEN

RESTRICTED = "a-token-of-somebody-who-may-only-read"
PATIENCE = 90
OPEN_SCHEMA = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
RULE_SCHEMA = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "properties": {
                "groups": {
                    "type": "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    "items": {
                        "type": "object",
                        "required": ["name"],
                        "properties": {
                            "name": {"type": "string"},
                            "interval": {"type": "string", "pattern": "^[0-9]+(ms|s|m|h)$"},
                            "rules": {"type": "array", "items": OPEN_SCHEMA},
                        },
                    },
                }
            },
        }
    },
}


def programs() -> tuple[str, str] | None:
    """kube-apiserver and etcd, or None."""
    found = [
        os.environ.get(variable) or shutil.which(name)
        for variable, name in (("KUBE_APISERVER", "kube-apiserver"), ("ETCD", "etcd"))
    ]
    return (found[0], found[1]) if found[0] and found[1] else None


class RealServer:
    """What tests do to it besides what is tested. ``store`` is itself, so that it stands where the double does."""

    def __init__(self, port: int, ca_file: Path) -> None:
        self.port, self.ca_file = port, ca_file
        self.store = self
        self.context = ssl.create_default_context(cafile=str(ca_file))
        self.context.verify_flags &= ~ssl.VERIFY_X509_STRICT

    def ask(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        """The answer to a request as the administrator; None for 404."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind}
        request = urllib.request.Request(f"https://127.0.0.1:{self.port}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20, context=self.context) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            if error.code == 404:
                return None
            raise AssertionError(f"{method} {path}: {error.code} {text}") from None

    def path(self, resource: str, namespace: str, name: str = "") -> str:
        """Where an object is served."""
        group, version, _ = RESOURCES[resource]
        base = f"/apis/{group}/{version}" if group else f"/api/{version}"
        place = f"/namespaces/{namespace}" if namespace else ""
        return f"{base}{place}/{resource}" + (f"/{name}" if name else "")

    def add(self, resource: str, body: dict[str, Any], manager: str = "kubectl-create") -> Any:
        """Put an object there, or change it, as ``manager``."""
        metadata = body["metadata"]
        path = self.path(resource, metadata.get("namespace", ""), metadata["name"])
        return self.ask("PATCH", f"{path}?fieldManager={manager}&force=true", body, "application/apply-patch+yaml")

    edit = add

    def get(self, resource: str, namespace: str, name: str) -> Any:
        """The object, or None."""
        return self.ask("GET", self.path(resource, namespace, name))

    def wait(self, path: str) -> None:
        """Until ``path`` is served."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if self.ask("GET", path) is not None:
                    return
            except (OSError, AssertionError, ValueError):
                pass
            assert time.monotonic() < deadline, f"{path} is not served"
            time.sleep(0.2)

    def install_crds(self) -> None:
        """The kinds of RESOURCES that the server does not have of its own."""
        for resource, (group, version, kind) in RESOURCES.items():
            if "." not in group or group == "apiextensions.k8s.io":
                continue
            schema = RULE_SCHEMA if kind == "PrometheusRule" else OPEN_SCHEMA
            names = {"plural": resource, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"}
            one = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
            body = {
                "apiVersion": "apiextensions.k8s.io/v1",
                "kind": "CustomResourceDefinition",
                "metadata": {"name": f"{resource}.{group}"},
                "spec": {"group": group, "names": names, "scope": "Namespaced", "versions": [one]},
            }
            self.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", body)
        for resource, (group, version, _) in RESOURCES.items():
            if "." in group:
                self.wait(f"/apis/{group}/{version}/{resource}")


@contextmanager
def real_server(folder: Path) -> Iterator[RealServer]:
    """The server, ready, with the CRDs. Skips the test where there is none."""
    import pytest

    found = programs()
    if found is None:
        pytest.skip("no kube-apiserver and etcd: name them in KUBE_APISERVER and ETCD")
    apiserver, etcd = found
    trust = authority(folder)
    ports = [_free_port() for _ in range(3)]
    certificate = trust.ca.issue_cert("127.0.0.1", "localhost")
    certificate.private_key_pem.write_to_path(str(folder / "tls.key"))
    for number, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(str(folder / "tls.crt"), append=number > 0)
    users = f"{TOKEN},ann,ann,system:masters\n{RESTRICTED},bob,bob\n"
    (folder / "tokens.csv").write_text(users, encoding="utf-8")
    client, peer = (f"http://127.0.0.1:{port}" for port in ports[:2])
    started = [
        _start(folder, [
            etcd, "--data-dir", str(folder / "etcd"),
            "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}",
        ]),
        _start(folder, [
            apiserver, f"--etcd-servers={client}", f"--secure-port={ports[2]}", "--bind-address=127.0.0.1",
            f"--tls-cert-file={folder / 'tls.crt'}", f"--tls-private-key-file={folder / 'tls.key'}",
            f"--token-auth-file={folder / 'tokens.csv'}", "--authorization-mode=RBAC", "--anonymous-auth=false",
            f"--service-account-key-file={folder / 'tls.key'}",
            f"--service-account-signing-key-file={folder / 'tls.key'}",
            "--service-account-issuer=https://kubernetes.default.svc", "--service-cluster-ip-range=10.0.0.0/24",
            f"--cert-dir={folder / 'certs'}", "--disable-admission-plugins=ServiceAccount",
        ]),
    ]  # fmt: skip
    server = RealServer(ports[2], trust.ca_file)
    try:
        server.wait("/version")
        server.wait("/apis/rbac.authorization.k8s.io/v1/clusterroles/view")
        server.install_crds()
        yield server
    finally:
        for process in reversed(started):
            process.kill()
            process.wait(timeout=20)


def _start(folder: Path, words: list[str]) -> subprocess.Popen[bytes]:
    log = (folder / f"{Path(words[0]).name}.log").open("ab")
    return subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
