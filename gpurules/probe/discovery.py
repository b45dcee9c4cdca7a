"""Finding the guests of a cluster: the VMIs of a selection, as targets."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from gpurules.probe import launcher
from gpurules.probe.feature_gate import gate_is_off
from gpurules.probe.observation import Medium, Observation, Sign, Step, Unreachable
from gpurules.probe.target import (
    DEFAULT_PORT,
    Address,
    NamespaceVsockAddress,
    NoAddress,
    Target,
    VmiAddress,
    VsockAddress,
)
from gpurules.probe.transports.kubevirt_api import observed
from gpurules.probe.transports.netns import PROC
from gpurules.probe.transports.transport import Context
from gpurules.probe.vmi import Described, described

if TYPE_CHECKING:
    from gpurules.cluster.client import Client

VMIS = "/apis/kubevirt.io/v1/virtualmachineinstances"
VMIS_OF_NAMESPACE = "/apis/kubevirt.io/v1/namespaces/{namespace}/virtualmachineinstances"
NODE_LABEL = "kubevirt.io/nodeName"
"""The label of a VMI that names its node (KubeVirt, staging/src/kubevirt.io/api/core/v1/types.go, NodeNameLabel)."""

NODE_VARIABLE = "NODE_NAME"
"""The environment variable that names this node in a pod; the container recipe's manifest sets it."""

FIND_SECONDS = 30.0
AT_ONCE = 16


class Via(StrEnum):
    """Which way leads to a VMI's guest."""

    API = "api"
    NODE = "node"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which VMIs: those named (namespace, name), or all that match. ``namespace`` empty: of every namespace.

    ``kubeconfig`` and ``context`` are as for kubectl, empty where they are its choice. ``node`` is the name of the node
    that this runs on, empty where the environment or the host name tells it.
    """

    vmis: tuple[tuple[str, str], ...] = ()
    every: bool = False
    namespace: str = ""
    selector: str = ""
    via: Via = Via.API
    port: int = DEFAULT_PORT
    kubeconfig: str = ""
    context: str = ""
    node: str = ""


class Cluster(Protocol):
    """A cluster that was logged in to. ``context`` is what its transports need."""

    context: Context

    async def targets(self) -> tuple[Target, ...]:
        """The guests that the selection has now. Raises Unreachable."""


@asynccontextmanager
async def cluster_of(selection: Selection, auth_timeout: float) -> AsyncIterator[Cluster]:
    """Log in to the cluster, within ``auth_timeout`` seconds. Raises Unreachable, and on entering nothing else."""
    from gpurules.cluster.client import open_client
    from gpurules.cluster.fault import ClusterFault

    try:
        async with open_client(selection.kubeconfig, selection.context, auth_timeout) as client:
            yield KubevirtCluster(selection, client, Context(client))
    except ClusterFault as fault:
        raise Unreachable(observed(fault, Step.FIND)) from None


@dataclass(slots=True)
class KubevirtCluster:
    """A cluster with KubeVirt."""

    selection: Selection
    client: Client
    context: Context

    async def targets(self) -> tuple[Target, ...]:
        """The guests that the selection has now, credentials renewed where that is due. Raises Unreachable."""
        from gpurules.cluster.fault import ClusterFault

        try:
            await self.client.renew()
            async with asyncio.timeout(FIND_SECONDS):
                found = await self._listed() if self.selection.every else await self._named()
                return await self._targets_of(found)
        except ClusterFault as fault:
            raise Unreachable(observed(fault, Step.FIND)) from None
        except TimeoutError:
            raise Unreachable(Observation(Step.FIND, Medium.API, sign=Sign.TIMEOUT)) from None

    async def _listed(self) -> list[Described | Target]:
        """The VMIs that match and have a GPU, or may have one."""
        chosen = self.selection
        labels = [chosen.selector] if chosen.selector else []
        if chosen.via is Via.NODE:
            labels.append(f"{NODE_LABEL}={_this_node(chosen)}")
        path = VMIS_OF_NAMESPACE.format(namespace=chosen.namespace) if chosen.namespace else VMIS
        items = self.client.items(path, {"labelSelector": ",".join(labels)} if labels else {})
        found: list[Described | Target] = []
        async for item in items:
            one = described(item)
            if not one.over and _sign(one) is not Sign.NO_GPU_REQUESTED:
                found.append(one)
        return found

    async def _named(self) -> list[Described | Target]:
        found: list[Described | Target] = []
        names = self.selection.vmis
        for first in range(0, len(names), AT_ONCE):
            found += await asyncio.gather(*(self._one(*name) for name in names[first : first + AT_ONCE]))
        return found

    async def _one(self, namespace: str, name: str) -> Described | Target:
        """The VMI; where it cannot be read, a target that tries all the same or says why not. Raises ClusterFault."""
        from gpurules.cluster.fault import Cause, ClusterFault

        try:
            return described(await self.client.get(f"{VMIS_OF_NAMESPACE.format(namespace=namespace)}/{name}"))
        except ClusterFault as fault:
            if fault.cause is not Cause.STATUS or fault.status not in (403, 404):
                raise
            # Who may open the subresource need not be allowed to read the VMI.
            if fault.status == 403 and self.selection.via is Via.API:
                return Target(f"{namespace}/{name}", VmiAddress(namespace, name, self.selection.port))
            return Target(f"{namespace}/{name}", NoAddress(namespace, name, observed(fault, Step.FIND)))

    async def _targets_of(self, found: Sequence[Described | Target]) -> tuple[Target, ...]:
        vmis = [one for one in found if isinstance(one, Described)]
        if any(_sign(one) is Sign.VSOCK_NOT_ATTACHED for one in vmis) and await gate_is_off(self.client):
            off = Observation(Step.FIND, Medium.API, sign=Sign.FEATURE_GATE_OFF)
            unattached = {one.name for one in vmis if _sign(one) is Sign.VSOCK_NOT_ATTACHED}
            found = [
                replace(one, obstacle=off) if isinstance(one, Described) and one.name in unattached else one
                for one in found
            ]
        ways = self._ways(vmis)
        return tuple(
            one
            if isinstance(one, Target)
            else Target(one.name, NoAddress(one.vmi.namespace, one.vmi.name, one.obstacle), one.vmi)
            if one.obstacle
            else Target(one.name, ways[one.name], one.vmi)
            for one in found
        )

    def _ways(self, vmis: Iterable[Described]) -> dict[str, Address]:
        port = self.selection.port
        if self.selection.via is Via.API:
            return {one.name: VmiAddress(one.vmi.namespace, one.vmi.name, port) for one in vmis}
        return ways_on_node([one for one in vmis if not one.obstacle], _this_node(self.selection), port)


def ways_on_node(vmis: Sequence[Described], node: str, port: int, proc: str = PROC) -> dict[str, Address]:
    """``namespace/name`` -> the address on this node, in the launcher's network namespace where it can be entered.

    Without a look into other processes the guest can still be reached by its CID, unless VSOCK is confined.
    """
    processes = launcher.launchers([uid for one in vmis for uid in one.pods if one.vmi.node == node], proc)
    confined = launcher.confined(proc)
    return {one.name: _way_on_node(one, node, port, processes, confined, proc) for one in vmis}


def _way_on_node(one: Described, node: str, port: int, processes: dict[str, int], confined: bool, proc: str) -> Address:
    vmi = one.vmi
    if vmi.node != node:
        detail = f"it runs on {vmi.node}, this is {node}"
        return NoAddress(vmi.namespace, vmi.name, _on_node(Sign.WRONG_NODE, detail))
    pod = next((uid for uid in one.pods if uid in processes), None)
    if pod is not None and (confined or launcher.may_look_into(processes[pod], proc)):
        return NamespaceVsockAddress(port, vmi.cid, processes[pod], pod_uid=pod)
    if vmi.cid is not None and not confined:
        return VsockAddress(vmi.cid, port)
    return NoAddress(vmi.namespace, vmi.name, _on_node(Sign.LAUNCHER_NOT_FOUND))


def _on_node(sign: Sign, detail: str = "") -> Observation:
    return Observation(Step.FIND, Medium.VSOCK, sign=sign, detail=detail)


def _sign(one: Described) -> Sign | None:
    return one.obstacle.sign if one.obstacle else None


def _this_node(selection: Selection) -> str:
    return selection.node or os.environ.get(NODE_VARIABLE) or socket.gethostname()
