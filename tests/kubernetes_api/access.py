"""What a user has to reach the API: certificates and kubeconfigs."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme

from kubernetes_api.server import TOKEN

SERVER_NAME = "kubernetes.example"


@dataclass(frozen=True)
class Authority:
    """A certificate authority, and the API server's side of TLS."""

    ca: trustme.CA
    ca_file: Path
    server: ssl.SSLContext


def authority(folder: Path) -> Authority:
    """A new one; the server's certificate is for 127.0.0.1 and ``SERVER_NAME``."""
    ca = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("127.0.0.1", SERVER_NAME).configure_cert(context)
    folder.mkdir(parents=True, exist_ok=True)
    ca.cert_pem.write_to_path(str(folder / "ca.crt"))
    return Authority(ca, folder / "ca.crt", context)


def kubeconfig(
    path: Path, server: str, ca_file: Path | None, user: dict[str, Any] | None = None, **cluster: Any
) -> Path:
    """A kubeconfig with the contexts ``here`` (current) and ``there``."""
    cluster = {"server": server, **({"certificate-authority": str(ca_file)} if ca_file else {}), **cluster}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "clusters": [{"name": "cluster", "cluster": cluster}],
        "users": [{"name": "ann", "user": {"token": TOKEN} if user is None else user}],
        "contexts": [{"name": name, "context": {"cluster": "cluster", "user": "ann"}} for name in ("here", "there")],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(config), encoding="utf-8")
    return path
