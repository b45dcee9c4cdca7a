"""Scaffolds as users get them, in every combination that prints other manifests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import yaml

from gpurules.app.scaffold import Wishes, scaffolding
from gpurules.config.model import Config
from gpurules.manifests.paths.registry import SCAFFOLDED
from gpurules.manifests.probing import PROBE_PARTS

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
VMS = ("tenant-a/train-1=10.0.0.5", "tenant-a/train.2=10.0.0.6", "tenant-b/x=fd00::1")
NAMED = Wishes(
    machines=VMS,
    monitor_labels=(("release", "kube-prometheus-stack"),),
    prometheus_labels=(("app.kubernetes.io/name", "prometheus"), ("prometheus", "k8s")),
    prometheus_namespace="observability",
    machine_label=("example.org/gpu", "yes"),
    seccomp_profile="profiles/gpurules.json",
    probe_image="registry.example/gpurules:1",
    exporter_port=9500,
)
PROBES = tuple(part.name for part in PROBE_PARTS)
NEED_VMS = ("vsock-exporter", "remote")


@dataclass(frozen=True, slots=True)
class Case:
    """One command line."""

    id: str
    wishes: Wishes


CASES = (
    *(Case(f"{path}, defaults", Wishes(path=path)) for path in SCAFFOLDED if path not in NEED_VMS),
    *(Case(f"{path}, named", replace(NAMED, path=path)) for path in SCAFFOLDED),
    *(Case(part, replace(NAMED, parts=(part,))) for part in PROBES),
    Case("probe-nodes, defaults", Wishes(parts=("probe-nodes",), probe_image="registry.example/gpurules:1")),
    Case("guests and a probe", replace(NAMED, path="pod-network", parts=("guest", "probe-api", "probe-job"))),
)


def objects(wishes: Wishes) -> list[Any]:
    """The objects of a command line that prints YAML, parsed."""
    return parsed(scaffolding(Config(), wishes).files["-"])


def parsed(text: str) -> list[Any]:
    """Every document of a stream."""
    return [document for document in yaml.load_all(text, Loader=LOADER) if document is not None]
