"""Reads a cluster for ``scaffold --discover``."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gpurules.app.rollout import Access
from gpurules.app.scaffold import Wishes
from gpurules.app.scrapers import SOURCES, scrapers
from gpurules.cluster.changes import listed, send
from gpurules.cluster.client import Client, open_client
from gpurules.cluster.fault import ClusterFault
from gpurules.manifests.survey import Survey, exporters, guests, propose, sentences
from gpurules.rollout.answers import objects
from gpurules.rollout.checks import namespace_labels, unreachable
from gpurules.text.errors import EnvironmentFault, InputError, Problem

MONITORING = "/apis/monitoring.coreos.com/v1"
VMIS = "/apis/kubevirt.io/v1/virtualmachineinstances"
PODS = "/api/v1/pods"
ADMISSION = "/apis/admissionregistration.k8s.io/"
ADMISSION_VERSIONS = ("v1", "v1beta1", "v1alpha1")
EXPORTER_SELECTORS = (
    "app in (dcgm-exporter, nvidia-dcgm-exporter)",
    "app.kubernetes.io/name in (dcgm-exporter, nvidia-dcgm-exporter)",
)


def discovered(wishes: Wishes, access: Access) -> tuple[Wishes, tuple[str, ...]]:
    """The wishes with what the cluster says where they say nothing, and sentences on what was found.

    Raises EnvironmentFault where the cluster cannot be read, InputError where no VM there can be set up.
    """
    read = asyncio.run(_read_cluster(access, wishes.namespace))
    proposal = propose(read.survey)
    path = wishes.path or (proposal.path if proposal else "")
    takers = scrapers(read.scrapers, path, wishes.namespace, read.namespace_labels, wishes.monitor_labels)
    said = sentences(replace(read.survey, scrapers=takers.names, remarks=takers.sentences), proposal)
    if proposal is None:
        message = "; ".join(said)
        raise InputError(Problem(f"nothing to set up: {message}", advice="name a VM with --vm, without --discover"))
    if wishes.path and wishes.path != proposal.path:
        said = (*said, f"--path {wishes.path} is set up, as you say")
    machines = tuple(
        f"{guest.machine}={guest.machine.address}" if path == "remote" and guest.machine.address else str(guest.machine)
        for guest in read.survey.ours
    )
    return (
        replace(
            wishes,
            path=path,
            machines=wishes.machines or machines,
            monitor_labels=takers.monitor_labels,
            prometheus_namespace=wishes.prometheus_namespace or takers.namespace,
            prometheus_labels=wishes.prometheus_labels or takers.pod_labels,
            admission_version=read.survey.sidecars or wishes.admission_version,
        ),
        said,
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """``scrapers``: kind and API object of what scrapes; ``namespace_labels``: of the monitors' namespace, None where
    they are not known."""

    survey: Survey
    scrapers: tuple[tuple[str, Any], ...]
    namespace_labels: Mapping[str, str] | None


async def _read_cluster(access: Access, namespace: str) -> _Read:
    try:
        async with open_client(access.kubeconfig, access.context, access.timeout) as client:
            return await _read(client, namespace)
    except ClusterFault as fault:
        raise EnvironmentFault(unreachable(fault)) from None


async def _read(client: Client, namespace: str) -> _Read:
    unread: list[str] = []
    try:
        vmis = await listed(client, VMIS)
    except ClusterFault as fault:
        if fault.status == 404:
            advice = "use --context for the cluster with KubeVirt"
            raise EnvironmentFault(Problem("the cluster has no KubeVirt", advice=advice)) from None
        if fault.status == 403:
            advice = "ask for the verb list on virtualmachineinstances in all namespaces, or name VMs with --vm"
            raise EnvironmentFault(Problem("you may not list VMs", advice=advice)) from None
        raise
    pods: list[Any] = []
    for selector in EXPORTER_SELECTORS:
        pods += await _listed(client, PODS, "pods", unread, {"labelSelector": selector})
    found = [(kind, body) for kind, path in SOURCES.items() for body in await _listed(client, path, kind, unread)]
    survey = Survey(
        guests=guests(vmis),
        exporters=tuple(dict.fromkeys(exporters(pods))),
        monitors=await _served(client, MONITORING, "podmonitors") is not False,
        sidecars=await _sidecars(client),
        unread=tuple(dict.fromkeys(unread)),
    )
    return _Read(survey, tuple(found), await namespace_labels(client, namespace))


async def _listed(
    client: Client, path: str, what: str, unread: list[str], query: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    try:
        return await listed(client, path, query)
    except ClusterFault as fault:
        if fault.status not in (403, 404):
            raise
        if fault.status == 403:
            unread.append(what)
        return []


async def _sidecars(client: Client) -> str:
    """The newest served version of MutatingAdmissionPolicy; empty where none is."""
    for version in ADMISSION_VERSIONS:
        if await _served(client, ADMISSION + version, "mutatingadmissionpolicies"):
            return version
    return ""


async def _served(client: Client, path: str, name: str) -> bool | None:
    """Whether the group at ``path`` has the resource; None where we may not look."""
    try:
        found = await send(client, "GET", path)
    except ClusterFault as fault:
        if fault.status in (403, 404):
            return None if fault.status == 403 else False
        raise
    return any(each.get("name") == name for each in objects(found.get("resources")))
