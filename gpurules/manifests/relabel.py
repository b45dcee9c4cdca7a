"""Steps of a monitor's relabelling, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``why`` is its comment; what is empty is not written."""

    why: str
    sources: tuple[str, ...]
    regex: str = ""
    action: str = "replace"
    target: str = ""
    replacement: str = ""


def address_steps(port: int) -> tuple[Step, ...]:
    """The pod's address with ``port``, for pods whose containers do not declare it."""
    return (
        Step("The guest's exporter listens behind the pod's address.", ("__meta_kubernetes_pod_ip",), "([^:]+)",
             "replace", "__address__", f"$1:{port}"),
        Step("The same for IPv6.", ("__meta_kubernetes_pod_ip",), "(.*:.*)", "replace", "__address__", f"[$1]:{port}"),
    )  # fmt: skip


def keep_step(names: tuple[str, ...]) -> Step:
    """Keep the series ``names`` and nothing else."""
    why = (
        "Exactly the series that the rules read, under every name that releases of dcgm-exporter give them. A guest "
        "cannot bring in series of any other name, such as kubevirt_*."
    )
    return Step(why, ("__name__",), "|".join(names), "keep")
