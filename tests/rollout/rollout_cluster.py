"""A cluster as apply and diff see it: the API's double, a kubeconfig, a small configuration, and what was told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from api_server.server import Server
from api_server.thread import served
from gpurules.app.rollout import Access, Orders, apply, diff
from gpurules.cluster.prometheus.access import Access as PrometheusAccess
from gpurules.config.model import Config, DcgmSection, OutputSection
from kubernetes_api.access import authority, kubeconfig

NAMESPACE = "monitoring"
COUNTERS = "DCGM_FI_DEV_GPU_TEMP, gauge, Temperature.\n"


@dataclass
class Cluster:
    """``server`` is the double; ``said`` and ``warned`` what apply and diff told."""

    server: Any
    config: Config
    access: Access
    said: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)

    def apply(self, config: Config | None = None, prometheus: str = "", **orders: Any) -> None:
        """Apply with these orders; without others it waits briefly."""
        asked = PrometheusAccess(prometheus, timeout=2.0) if prometheus else None
        wishes = Orders(**{"wait": 2.0, "prometheus": asked, **orders})
        apply(config or self.config, self.access, wishes, say=self.said.append, warn=self.warned.append)

    def diff(self, config: Config | None = None, *, prune: bool = False, force_conflicts: bool = False) -> str:
        """The difference."""
        return diff(
            config or self.config, self.access, prune=prune, force_conflicts=force_conflicts, warn=self.warned.append
        )

    def rule(self, name: str = "gpurules", namespace: str = NAMESPACE) -> Any:
        """The rule object on the server; None where there is none."""
        return self.server.store.get("prometheusrules", namespace, name)


def named(config: Config, **output: Any) -> Config:
    """The configuration with other settings of its output."""
    return replace(config, output=replace(config.output, **output))


def prometheus(name: str = "k8s", namespace: str = NAMESPACE, **spec: Any) -> dict[str, Any]:
    """A Prometheus object that takes every rule, unless ``spec`` says otherwise."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "Prometheus",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"ruleSelector": {}, "ruleNamespaceSelector": {}, **spec},
    }


def namespace(name: str, **labels: str) -> dict[str, Any]:
    """A namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


@contextmanager
def cluster(folder: Path, server: Server | None = None, *, loaded: bool = True) -> Iterator[Cluster]:
    """A cluster with the namespace; ``loaded``: and with a Prometheus that takes every rule."""
    server = server or Server()
    trust = authority(folder)
    with served(server, trust.server):
        yield around(server, folder, trust.ca_file, loaded=loaded)


def around(server: Any, folder: Path, ca_file: Path, *, loaded: bool = True, timeout: float = 2.0) -> Cluster:
    """The cluster of a server that runs, the double or a real one."""
    server.store.add("namespaces", namespace(NAMESPACE, **{"kubernetes.io/metadata.name": NAMESPACE}))
    if loaded:
        server.store.add("prometheuses", prometheus())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "counters.csv").write_text(COUNTERS, encoding="utf-8")
    config = Config(
        dcgm=DcgmSection(counters=(str(folder / "counters.csv"),), honor_labels="false"),
        output=OutputSection(namespace=NAMESPACE),
    )
    file = kubeconfig(folder / "config", f"https://127.0.0.1:{server.port}", ca_file)
    return Cluster(server, config, Access(str(file), "", timeout))
