"""Who would evaluate the rules: warnings where nobody does, refusals where the result would be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gpurules.cluster.changes import listed
from gpurules.cluster.client import Client
from gpurules.cluster.fault import ClusterFault
from gpurules.rollout.checks import Ground, unreachable
from gpurules.rollout.selection import Evaluator, evaluator, missing_labels, selects_namespace, selects_rule
from gpurules.rollout.wanted import Wanted
from gpurules.text.errors import EnvironmentFault, Problem

SOURCES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "PrometheusRule": (
        ("Prometheus", "/apis/monitoring.coreos.com/v1/prometheuses"),
        ("ThanosRuler", "/apis/monitoring.coreos.com/v1/thanosrulers"),
        ("PrometheusAgent", "/apis/monitoring.coreos.com/v1alpha1/prometheusagents"),
    ),
    "VMRule": (("VMAlert", "/apis/operator.victoriametrics.com/v1beta1/vmalerts"),),
}
"""Kind of the rule object -> kinds of what evaluates it, and where they are listed."""

CLUSTER_MONITORING = "openshift.io/cluster-monitoring"


@dataclass(frozen=True, slots=True)
class Advice:
    """``warnings`` are said; ``refusals`` stop an apply unless it is forced. ``takers`` load the rules; ``certain``:
    there are no others."""

    warnings: tuple[str, ...] = ()
    refusals: tuple[Problem, ...] = ()
    takers: tuple[str, ...] = ()
    certain: bool = True


async def advise(client: Client, wanted: Wanted, ground: Ground) -> Advice:
    """What is to be said of those who would evaluate ``wanted``; what may not be read is said too.

    Raises EnvironmentFault where the API server fails: whether an apply is to be refused is not known then.
    """
    found: list[Evaluator] = []
    unread: list[str] = []
    for kind, path in SOURCES.get(wanted.kind.kind, ()):
        try:
            found += [evaluator(kind, body) for body in await listed(client, path)]
        except ClusterFault as fault:
            if fault.status == 403:
                unread.append(kind)
            elif fault.status != 404:
                raise EnvironmentFault(unreachable(fault)) from None
    return judge(found, wanted, ground, unread)


def judge(found: Iterable[Evaluator], wanted: Wanted, ground: Ground, unread: Iterable[str] = ()) -> Advice:
    """The same of evaluators that are known already."""
    evaluators, hidden = tuple(found), tuple(unread)
    labels, namespace = wanted.labels, wanted.namespace
    near = [one for one in evaluators if selects_namespace(one, namespace, ground.namespace_labels) is not False]
    takers = [one for one in near if selects_rule(one, labels)]
    warnings = list(_openshift(ground, namespace))
    if hidden:
        warnings.append(f"you may not list {', '.join(hidden)}: whether one of them loads the rules is not known")
    if not takers and not hidden:
        warnings.append(_why_nobody(evaluators, near, wanted))
    refusals = [*_sharded(takers), *_agents(takers, evaluators)]
    loaders = tuple(str(one) for one in takers if not one.agent)
    return Advice(tuple(warnings), tuple(refusals), loaders, certain=not hidden)


def _why_nobody(evaluators: tuple[Evaluator, ...], near: list[Evaluator], wanted: Wanted) -> str:
    objects = "VMAlert" if wanted.kind.kind == "VMRule" else "Prometheus or ThanosRuler"
    candidates = [one for one in evaluators if one.kind != "PrometheusAgent"]
    if not candidates:
        return f"there is no {objects} object in the cluster, so nobody loads the rules"
    for one in near:
        added = missing_labels(one.rules, wanted.labels) if one.rules is not None else None
        if added:
            flags = " ".join(f"--label {key}={value}" for key, value in sorted(added.items()))
            return f"nobody loads the rules: {one} selects others by label; add {flags}"
    if near:
        return f"nobody loads the rules: {near[0]} has a ruleSelector that no added label satisfies"
    one = candidates[0]
    if one.namespaces is None:
        where = f"--namespace {one.namespace}"
        return f"nobody loads the rules: {one} looks for rules in its own namespace alone; use {where}"
    added = missing_labels(one.namespaces, {})
    how = " ".join(f"{key}={value}" for key, value in sorted((added or {}).items()))
    does = f"kubectl label namespace {wanted.namespace} {how}" if how else "use another namespace"
    return f"nobody loads the rules: {one} does not look into namespace {wanted.namespace}; {does}"


def _sharded(takers: Iterable[Evaluator]) -> Iterable[Problem]:
    for one in takers:
        if one.shards > 1:
            yield Problem(
                f"{one} has {one.shards} shards: each would join only what it scrapes itself, which is a part of "
                "either side",
                advice="let a ThanosRuler over all shards load the rules, or use --force",
            )


def _agents(takers: Iterable[Evaluator], evaluators: tuple[Evaluator, ...]) -> Iterable[Problem]:
    for one in takers:
        if one.agent:
            yield Problem(f"{one} is an agent and evaluates no rules", advice="use a Prometheus, or --force")
    if evaluators and all(one.kind == "PrometheusAgent" for one in evaluators):
        message = "the cluster has agents alone (PrometheusAgent), which evaluate no rules"
        yield Problem(message, advice="evaluate the rules where the agents write to, or use --force")


def _openshift(ground: Ground, namespace: str) -> Iterable[str]:
    """What OpenShift's two stacks see (OpenShift monitoring; cluster-monitoring-operator)."""
    if not ground.openshift:
        return
    labels = ground.namespace_labels
    if labels is None or labels.get(CLUSTER_MONITORING) != "true":
        yield (
            "on OpenShift the series of KubeVirt (platform) and those of guests (user workload) meet in the Thanos "
            "Ruler of user-workload monitoring alone; there the rules see, and write, only series with "
            f"namespace={namespace}, unless {namespace} stands in namespacesWithoutLabelEnforcement of "
            "user-workload-monitoring-config"
        )
    else:
        yield (
            f"on OpenShift namespace {namespace} belongs to the platform's Prometheus, which does not see guests that "
            "user-workload monitoring scrapes; the Thanos Ruler of user-workload monitoring sees both sides"
        )
