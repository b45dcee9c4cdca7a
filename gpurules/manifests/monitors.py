"""Monitors, network policies and counters: what several paths have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gpurules.manifests.guest import in_namespace
from gpurules.manifests.manifest import Manifest, manifest
from gpurules.manifests.relabel import Step, keep_step
from gpurules.manifests.settings import Settings

HIGHEST_PORT = 65535


def pod_monitor(
    settings: Settings,
    stem: str,
    title: str,
    *,
    selector: tuple[tuple[str, str], ...],
    relabelings: Iterable[Step] = (),
    port: str = "",
    any_namespace: bool = True,
) -> Manifest:
    """A PodMonitor for the pods that ``selector`` names; ``port``: the name of a declared port, or empty."""
    return manifest(
        "pod-monitor",
        f"{stem}-monitor",
        settings,
        title=title,
        name=f"{settings.name}-{stem}",
        selector=selector,
        relabelings=tuple(relabelings),
        keep=keep_step(settings.keep),
        port=port,
        any_namespace=any_namespace,
    )


def launcher_policies(settings: Settings) -> Iterator[Manifest]:
    """In each namespace of VMs: the exporter's port of their launcher pods for Prometheus alone, the rest for all."""
    port = settings.exporter_port
    others = (
        ("TCP", 1, port - 1),
        ("TCP", port + 1, HIGHEST_PORT),
        ("UDP", 1, HIGHEST_PORT),
        ("SCTP", 1, HIGHEST_PORT),
    )
    yield from network_policies(
        settings,
        "guest",
        settings.guest_namespaces,
        (("kubevirt.io", "virt-launcher"), settings.machine_label),
        tuple((protocol, first, last) for protocol, first, last in others if 0 < first <= last),
    )


def network_policies(
    settings: Settings,
    stem: str,
    namespaces: Iterable[str],
    selector: tuple[tuple[str, str], ...],
    other_ports: tuple[tuple[str, int, int], ...] = (),
) -> Iterator[Manifest]:
    """Let Prometheus alone reach the exporter's port of the pods; ``other_ports`` stay open to everybody."""
    for namespace in namespaces:
        yield manifest(
            "network-policy",
            in_namespace(f"{stem}-network-policy", namespace),
            settings,
            name=f"{settings.name}-{stem}",
            namespace=namespace,
            selector=selector,
            other_ports=other_ports,
        )
