"""What must be so before anything is written; each thing that is missing is one sentence that says how to get it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gpurules.cluster.answers import Refused
from gpurules.cluster.changes import listed, may, send
from gpurules.cluster.client import Client
from gpurules.cluster.fault import Cause, ClusterFault
from gpurules.rollout.answers import objects
from gpurules.rollout.kinds import KINDS, Kind
from gpurules.rollout.wanted import Wanted
from gpurules.text.errors import EnvironmentFault, Problem
from gpurules.text.nearest import did_you_mean

OPERATOR_VERSION = "operator.prometheus.io/version"
"""The annotation of prometheus-operator's CRDs."""
OPENSHIFT = "config.openshift.io"


@dataclass(frozen=True, slots=True)
class Ground:
    """What the cluster is: the operator's release that its CRD is of (empty: it does not say, or may not be read),
    whether it is OpenShift, and the labels of the namespace (None: we may not read them)."""

    crd: str
    openshift: bool
    namespace_labels: Mapping[str, str] | None


async def require_ground(client: Client, wanted: Sequence[Wanted], verbs: Iterable[str]) -> Ground:
    """Everything that ``wanted`` stands on. Raises EnvironmentFault with each thing that is missing."""
    kind, namespace = wanted[0].kind, wanted[0].namespace
    await _require_server(client)
    groups = await _groups(client)
    problems = [*_missing_kind(groups, kind), *await _missing_resource(client, groups, kind)]
    labels, missing = await _namespace(client, namespace)
    problems += missing
    if not problems:
        problems = await _not_allowed(client, kind, namespace, verbs)
    if problems:
        raise EnvironmentFault(problems)
    return Ground(await _crd_version(client, kind), OPENSHIFT in groups, labels)


async def _require_server(client: Client) -> None:
    try:
        await send(client, "GET", "/version")
    except ClusterFault as fault:
        raise EnvironmentFault(unreachable(fault)) from None


def unreachable(fault: ClusterFault) -> Problem:
    """Why the API server cannot be asked, and what to do."""
    if fault.status == 401:
        return Problem("the API server does not accept the credentials", advice="log in again, or use --context")
    if fault.status == 403:
        return Problem(f"the API server refuses: {fault.detail}", advice="use --context with an account that may")
    if fault.cause is Cause.STATUS:
        # A server that is busy or broken may mend; another one never becomes an API server.
        advice = "try again later" if fault.status >= 429 else "see whether the kubeconfig names an API server"
        return Problem(f"the API server answers {fault.status}: {fault.detail}", advice=advice)
    if fault.cause is Cause.TLS:
        advice = "take the cluster's certificate-authority into the kubeconfig"
        return Problem(f"the API server is not the one of the kubeconfig: {fault.detail}", advice=advice)
    if fault.cause in (Cause.UNREACHABLE, Cause.ANSWER):
        return Problem(f"the API server cannot be asked: {fault.detail}", advice="see what kubectl version says")
    return fault.problems[0]


async def _groups(client: Client) -> dict[str, tuple[str, ...]]:
    """API groups and the versions that are served."""
    try:
        answer = await send(client, "GET", "/apis")
    except ClusterFault as fault:
        raise EnvironmentFault(unreachable(fault)) from None
    found: dict[str, tuple[str, ...]] = {}
    for group in objects(answer.get("groups")):
        versions = tuple(str(version.get("version")) for version in objects(group.get("versions")))
        found[str(group.get("name"))] = versions
    return found


def _missing_kind(groups: Mapping[str, tuple[str, ...]], kind: Kind) -> Iterable[Problem]:
    versions = groups.get(kind.group)
    crd = f"{kind.resource}.{kind.group}"
    if versions is None:
        advice = f"install {kind.operator} (its CRD {crd}), {kind.instead}"
        yield Problem(f"the cluster does not know {kind.kind}", advice=advice)
    elif kind.version not in versions:
        advice = f"update the CRDs of {kind.operator}"
        yield Problem(f"the cluster serves {kind.group} as {', '.join(versions)}, not {kind.version}", advice=advice)


async def _missing_resource(client: Client, groups: Mapping[str, tuple[str, ...]], kind: Kind) -> Iterable[Problem]:
    if kind.version not in groups.get(kind.group, ()):
        return ()
    try:
        answer = await send(client, "GET", f"/apis/{kind.group}/{kind.version}")
    except ClusterFault as fault:
        raise EnvironmentFault(unreachable(fault)) from None
    if any(each.get("name") == kind.resource for each in objects(answer.get("resources"))):
        return ()
    others = [one.kind for one in KINDS.values() if one.group in groups and one is not kind]
    also = f" ({', '.join(others)} is there)" if others else ""
    advice = f"install the CRD {kind.resource}.{kind.group} of {kind.operator}, {kind.instead}"
    return (Problem(f"the cluster has {kind.group} without {kind.kind}{also}", advice=advice),)


async def _namespace(client: Client, namespace: str) -> tuple[Mapping[str, str] | None, list[Problem]]:
    """Its labels; a missing one is a problem, one that we may not read is not."""
    try:
        found = await send(client, "GET", f"/api/v1/namespaces/{namespace}")
    except Refused as refused:
        if refused.status == 404:
            near = did_you_mean(namespace, await _known_namespaces(client))
            advice = f"{near} else: kubectl create namespace {namespace}".removeprefix(" else: ")
            return None, [Problem(f"there is no namespace {namespace}", advice=advice)]
        if refused.status == 403:
            return None, []
        raise EnvironmentFault(unreachable(refused)) from None
    metadata = found.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    return {str(key): str(value) for key, value in labels.items()} if isinstance(labels, dict) else {}, []


async def namespace_labels(client: Client, namespace: str) -> Mapping[str, str] | None:
    """Its labels; None where it is not there or may not be read. Raises EnvironmentFault where the server fails."""
    return (await _namespace(client, namespace))[0]


async def _known_namespaces(client: Client) -> list[str]:
    try:
        return [str(each["metadata"]["name"]) for each in await listed(client, "/api/v1/namespaces")]
    except (ClusterFault, KeyError, TypeError):
        return []


async def _not_allowed(client: Client, kind: Kind, namespace: str, verbs: Iterable[str]) -> list[Problem]:
    try:
        refused = [verb for verb in verbs if not await may(client, verb, kind.group, kind.resource, namespace)]
    except Refused as fault:
        if fault.status in (403, 404, 405):
            # Where reviews are not served, the dry run of the apply decides.
            return []
        raise EnvironmentFault(unreachable(fault)) from None
    if not refused:
        return []
    advice = (
        f"ask for a Role in that namespace with apiGroups: [{kind.group}], resources: [{kind.resource}], "
        f"verbs: [{', '.join(verbs)}]"
    )
    return [Problem(f"you may not {', '.join(refused)} {kind.resource} in namespace {namespace}", advice=advice)]


async def _crd_version(client: Client, kind: Kind) -> str:
    """What the CRD says of itself; most accounts may not read it."""
    path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{kind.resource}.{kind.group}"
    try:
        found = await send(client, "GET", path)
    except ClusterFault:
        return ""
    metadata = found.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return str(annotations.get(OPERATOR_VERSION) or "") if isinstance(annotations, dict) else ""
