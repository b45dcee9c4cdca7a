"""Which launcher pods hold GPUs, as kube-state-metrics tells, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from gpurules.doctor.asking import ask
from gpurules.doctor.model import Fact
from gpurules.doctor.question import Case, Question, Row, Stores, cluster_of
from gpurules.doctor.questions import machines
from gpurules.promql.syntax.build import aggregate, binary
from gpurules.rules.identities.pods import LAUNCHERS, OWNER_METRIC, owned_pods, requested, running_pods
from gpurules.rules.label_names import NAME, NAMESPACE, NODE, POD
from gpurules.rules.request import Request

NVIDIA = "nvidia_com_.+"
"""The resources of NVIDIA's and KubeVirt's device plugins for NVIDIA, as kube-state-metrics spells them; a pattern."""

Pod = tuple[str, str, str]
"""Cluster (empty where no label tells clusters apart), namespace and name."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A running launcher pod that holds GPUs; ``machine`` is the name of its VM, empty where it is not known."""

    namespace: str
    pod: str
    machine: str
    node: str
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Holders:
    """``asked``: whether kube-state-metrics is there. ``owners``: the VM's name of each running launcher pod."""

    asked: bool
    holders: tuple[Holder, ...] = ()
    resources: tuple[str, ...] = ()
    owners: Mapping[Pod, str] = field(default_factory=dict)

    def within(self, cluster: str) -> Holders:
        """Those of one cluster, as if it were alone."""
        return replace(
            self,
            holders=tuple(replace(one, cluster="") for one in self.holders if one.cluster == cluster),
            owners={("", *pod[1:]): name for pod, name in self.owners.items() if pod[0] == cluster},
        )


def with_resources(request: Request) -> Request:
    """``request`` with every resource of NVIDIA's where none is configured."""
    return request if request.gpu_resources else replace(request, gpu_resources=(NVIDIA,))


async def _ask(stores: Stores, case: Case) -> Holders:
    found = case[machines.QUESTION]
    if not found.has(machines.REQUESTS) or not found.has(OWNER_METRIC):
        return Holders(asked=False)
    request = with_resources(machines.effective(found, case.scope.request))
    at = case.scope.at
    held = aggregate("group", (*request.launcher, NODE, "resource"), requested(request, LAUNCHERS))
    rows = await ask(stores.view, binary("and", held, running_pods(request), on=request.launcher), at)
    running = binary("and", owned_pods(request), running_pods(request), on=request.launcher)
    named = await ask(stores.view, aggregate("group", (*request.launcher, NAME), running), at)
    owners = {_pod(one.labels, request): one.labels.get(NAME, "") for one in named}
    holders = {}
    for row in rows:
        pod = _pod(row.labels, request)
        cluster, namespace, name = pod
        holders[pod] = Holder(namespace, name, owners.get(pod, ""), row.labels.get(NODE, ""), cluster)
    resources = sorted({row.labels.get("resource", "") for row in rows})
    return Holders(True, tuple(holders[pod] for pod in sorted(holders)), tuple(resources), owners)


def _pod(row: Row, request: Request) -> Pod:
    return cluster_of(row, request), row.get(NAMESPACE, ""), row.get(POD, "")


def _facts(found: Holders, case: Case) -> Iterable[Fact]:
    if found.asked:
        resources = f", of {', '.join(found.resources)}" if found.resources else ""
        yield Fact("VMs that hold GPUs", f"{len(found.holders)}{resources}")


QUESTION = Question("holders", "launcher pods that hold GPUs", _ask, facts=_facts)
