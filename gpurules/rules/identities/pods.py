"""Launcher pods as kube-state-metrics tells them: owner, running phase, node, and the GPUs that they hold.

kube_pod_owner alone lists completed pods too, such as the source of a migration, hence the phase.
"""

from __future__ import annotations

from gpurules.promql.syntax.build import aggregate, binary, call, matcher, number, relabel, selector
from gpurules.promql.syntax.tree import Expression, Matcher, VectorSelector
from gpurules.rules.identities.narrowing import Only, everything, known_to
from gpurules.rules.label_names import LAUNCHER_PATTERN, NAME, NAMESPACE, NODE, POD
from gpurules.rules.request import Request

OWNER_METRIC = "kube_pod_owner"
_OWNER = "owner_name"

LATEST_SECONDS = 90
"""How much older than the latest series of a VM's pods one may be: two scrapes of kube-state-metrics and more. What
ended while Prometheus was down is older."""

LAUNCHERS = (matcher(POD, "=~", LAUNCHER_PATTERN),)


def owned_pods(request: Request, only: Only = everything) -> Expression:
    """The launcher pods of VMs, each once, with the VM's name; the value is when it was scraped."""
    return _named(aggregate("topk", request.launcher, only(_owners(request)), number(1)))


def running_pods(request: Request, only: Only = everything) -> Expression:
    """Launcher pods that run, as the freshest scrape of each says: another replica of Prometheus may lag behind."""
    phases = selector("kube_pod_status_phase", matcher("phase", "=", "Running"), *LAUNCHERS, *request.kube_state)
    freshest = aggregate("topk", request.launcher, only(call("timestamp", phases)), number(1))
    return binary("and", binary("==", phases, number(1)), freshest)


def placed_pods(request: Request, only: Only = everything) -> Expression:
    """Launcher pods that are bound to a node, each once."""
    bound = call("timestamp", selector("kube_pod_info", matcher(NODE, "!=", ""), *LAUNCHERS, *request.kube_state))
    return aggregate("topk", request.launcher, only(bound), number(1))


def current_pods(request: Request, only: Only = everything) -> Expression:
    """The running launcher pods of VMs, without those that were seen last long before another pod of the VM was."""
    owned = aggregate("topk", request.launcher, only(_owners(request)), number(1))
    running = binary("and", owned, running_pods(request, only), on=request.launcher)
    vm = (*request.cluster, NAMESPACE, _OWNER)
    latest = binary("-", aggregate("max", vm, _owners(request)), number(LATEST_SECONDS))
    return _named(binary(">", running, latest, on=vm, group_left=()))


def _owners(request: Request) -> Expression:
    """When each launcher pod was last told of with its owner."""
    kinds = (matcher("owner_kind", "=", "VirtualMachineInstance"), matcher("owner_is_controller", "=", "true"))
    return call("timestamp", selector(OWNER_METRIC, *kinds, *LAUNCHERS, *request.kube_state))


def _named(owned: Expression) -> Expression:
    return relabel(owned, NAME, _OWNER)


def requested(request: Request, matchers: tuple[Matcher, ...] = ()) -> VectorSelector:
    """Requests for one of the configured GPU resources."""
    resources = matcher("resource", "=~", "|".join(request.gpu_resources))
    return selector("kube_pod_container_resource_requests", resources, *matchers, *request.kube_state)


def holders(request: Request) -> Expression:
    """Running launcher pods that hold one of the configured GPU resources."""
    held = aggregate("group", request.launcher, requested(request, LAUNCHERS))
    return binary("and", held, running_pods(request, holding(request)), on=request.launcher)


def holding(request: Request) -> Only:
    """Of series of launcher pods those that ask for a GPU."""
    return known_to(requested(request, LAUNCHERS), request.launcher)
