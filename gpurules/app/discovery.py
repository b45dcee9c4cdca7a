"""Reads a cluster for ``scaffold --discover``."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gpurules.app.rollout import Access
from gpurules.app.scaffold import Wishes
from gpurules.cluster.changes import listed, send
from gpurules.cluster.client import Client, open_client
from gpurules.cluster.fault import ClusterFault
from gpurules.manifests.survey import Survey, exporters, guests, monitors_wanted, propose, sentences
from gpurules.rollout.checks import unreachable
from gpurules.text.errors import EnvironmentFault, InputError, Problem

VMIS = "/apis/kubevirt.io/v1/virtualmachineinstances"
PODS = "/api/v1/pods"
PROMETHEUSES = "/apis/monitoring.coreos.com/v1/prometheuses"
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
    survey = asyncio.run(_survey(access))
    proposal = propose(survey)
    said = sentences(survey, proposal)
    if proposal is None:
        message = "; ".join(said)
        raise InputError(Problem(f"nothing to set up: {message}", advice="name a VM with --vm, without --discover"))
    if wishes.path and wishes.path != proposal.path:
        said = (*said, f"--path {wishes.path} is set up, as you say")
    remote = (wishes.path or proposal.path) == "remote"
    machines = tuple(
        f"{guest.machine}={guest.machine.address}" if remote and guest.machine.address else str(guest.machine)
        for guest in survey.ours
    )
    return (
        replace(
            wishes,
            path=wishes.path or proposal.path,
            machines=wishes.machines or machines,
            monitor_labels=wishes.monitor_labels or survey.monitor_labels,
            prometheus_namespace=wishes.prometheus_namespace or survey.prometheus_namespace,
            admission_version=survey.sidecars or wishes.admission_version,
        ),
        said,
    )


async def _survey(access: Access) -> Survey:
    try:
        async with open_client(access.kubeconfig, access.context, access.timeout) as client:
            return await _read(client)
    except ClusterFault as fault:
        raise EnvironmentFault(unreachable(fault)) from None


async def _read(client: Client) -> Survey:
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
    prometheuses = await _listed(client, PROMETHEUSES, "Prometheus", unread)
    names = [f"{one['metadata']['namespace']}/{one['metadata']['name']}" for one in prometheuses if "metadata" in one]
    single = prometheuses[0] if len(names) == 1 else None
    return Survey(
        guests=guests(vmis),
        exporters=tuple(dict.fromkeys(exporters(pods))),
        prometheuses=tuple(sorted(names)),
        monitor_labels=monitors_wanted(single) if single else (),
        prometheus_namespace=str(single["metadata"]["namespace"]) if single else "",
        sidecars=await _sidecars(client),
        unread=tuple(dict.fromkeys(unread)),
    )


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
        try:
            found = await send(client, "GET", ADMISSION + version)
        except ClusterFault as fault:
            if fault.status in (403, 404):
                continue
            raise
        resources = found.get("resources")
        if any(isinstance(each, dict) and each.get("name") == "mutatingadmissionpolicies" for each in resources or ()):
            return version
    return ""
