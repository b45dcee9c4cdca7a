"""What would change: every object is applied as a dry run first, and nothing is written when one is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gpurules.cluster.answers import Refused
from gpurules.cluster.changes import apply, delete, listed, send
from gpurules.cluster.client import Client
from gpurules.cluster.fault import ClusterFault
from gpurules.filling.plain_yaml import yaml_text
from gpurules.rollout.answers import at, objects
from gpurules.rollout.checks import unreachable
from gpurules.rollout.kinds import KINDS, Kind
from gpurules.rollout.wanted import CONFIGURATION, MANAGED_BY, MANAGER, Wanted
from gpurules.text.errors import CheckFailed, EnvironmentFault, GpurulesError, InputError, Problem
from gpurules.text.terminal import safe

SERVERS_OWN = ("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink")
"""Metadata that the API server writes."""
CONFLICT = "FieldManagerConflict"


@dataclass(frozen=True, slots=True)
class Change:
    """One object: ``before`` and ``after`` as YAML, empty where there is none. ``wanted`` is None for a deletion, which
    ``path`` and ``uid`` name; ``records`` are those that such an object holds."""

    name: str
    before: str
    after: str
    wanted: Wanted | None = None
    path: str = ""
    uid: str = ""
    records: frozenset[str] = frozenset()

    @property
    def action(self) -> str:
        """``created``, ``configured``, ``unchanged`` or ``pruned``."""
        if self.wanted is None:
            return "pruned"
        if not self.before:
            return "created"
        return "unchanged" if self.before == self.after else "configured"


async def plan(
    client: Client, wanted: Sequence[Wanted], configuration: str, *, force: bool, crd: str = ""
) -> tuple[Change, ...]:
    """The changes, deletions of obsolete objects last. ``crd``: the operator's release, for what is not accepted.

    Raises CheckFailed for conflicts with other field managers, InputError for objects that the server does not accept,
    EnvironmentFault for anything else that it refuses; always with everything that was refused.
    """
    changes: list[Change] = []
    refused: list[GpurulesError] = []
    for one in wanted:
        try:
            before = await _live(client, one.path)
            after = await apply(client, one.path, one.body, manager=MANAGER, force=force, dry_run=True)
        except ClusterFault as fault:
            refused.append(_explained(fault, one, crd))
            continue
        changes.append(Change(str(one), _readable(before), _readable(after), one))
    if refused:
        worst = max(refused, key=lambda error: error.exit_code)
        raise type(worst)([problem for error in refused for problem in error.problems])
    return (*changes, *await _obsolete(client, wanted, configuration))


async def carry_out(
    client: Client, changes: Iterable[Change], *, force: bool, prune: bool, done: Callable[[Change], None]
) -> None:
    """Write what was planned; ``done`` hears of each change as soon as it is made. Whatever stops it, the same run can
    be repeated.

    Raises as ``plan`` does.
    """
    for change in changes:
        try:
            if change.wanted is not None:
                one = change.wanted
                await apply(client, one.path, one.body, manager=MANAGER, force=force, dry_run=False)
            elif prune:
                await _delete(client, change)
            else:
                continue
        except ClusterFault as fault:
            error = _explained(fault, change.wanted) if change.wanted else EnvironmentFault(unreachable(fault))
            advice = "what came before it is written; run the same command again"
            raise type(error)([*error.problems, Problem(f"stopped at {change.name}", advice=advice)]) from None
        done(change)


async def _delete(client: Client, change: Change) -> None:
    try:
        await delete(client, change.path, uid=change.uid, dry_run=False)
    except Refused as refused:
        # Somebody else was faster.
        if refused.status != 404:
            raise


async def _live(client: Client, path: str) -> Mapping[str, Any] | None:
    try:
        return await send(client, "GET", path)
    except Refused as refused:
        if refused.status == 404:
            return None
        raise


async def _obsolete(client: Client, wanted: Sequence[Wanted], configuration: str) -> list[Change]:
    """Objects of the configuration that are not wanted; of other kinds those that we have applied ourselves, since the
    VictoriaMetrics operator makes VMRules of PrometheusRules, labels included."""
    own, namespace = wanted[0].kind, wanted[0].namespace
    query = {"labelSelector": f"{MANAGED_BY}={MANAGER},{CONFIGURATION}={configuration}"}
    kept = {(one.kind.kind, one.name) for one in wanted}
    obsolete = []
    for kind in KINDS.values():
        try:
            found = await listed(client, kind.path(namespace), query)
        except ClusterFault as fault:
            if kind is own or fault.status not in (403, 404):
                raise EnvironmentFault(unreachable(fault)) from None
            # The cluster does not know the kind, or we may not look: then none of it is ours.
            continue
        for body in found:
            name = str(at(body, "metadata", "name") or "")
            if name and (kind.kind, name) not in kept and (kind is own or _applied_by_us(body)):
                obsolete.append(_deletion(kind, namespace, name, body))
    return sorted(obsolete, key=lambda change: change.name)


def _deletion(kind: Kind, namespace: str, name: str, body: Mapping[str, Any]) -> Change:
    before = _readable({"apiVersion": kind.api_version, "kind": kind.kind, **body})
    uid = str(at(body, "metadata", "uid"))
    return Change(f"{kind.kind} {namespace}/{name}", before, "", None, kind.path(namespace, name), uid, _records(body))


def _applied_by_us(body: Mapping[str, Any]) -> bool:
    managers = objects(at(body, "metadata", "managedFields"))
    return any(one.get("manager") == MANAGER and one.get("operation") == "Apply" for one in managers)


def _records(body: Mapping[str, Any]) -> frozenset[str]:
    rules = (rule for group in objects(at(body, "spec", "groups")) for rule in objects(group.get("rules")))
    return frozenset(str(rule["record"]) for rule in rules if rule.get("record"))


def _readable(body: Mapping[str, Any] | None) -> str:
    """An object as a person compares it: without what the server writes into it."""
    if body is None:
        return ""
    metadata = body.get("metadata")
    kept = {
        key: value for key, value in (metadata.items() if isinstance(metadata, dict) else ()) if key not in SERVERS_OWN
    }
    first = {key: body[key] for key in ("apiVersion", "kind") if key in body}
    rest = {key: value for key, value in body.items() if key not in ("apiVersion", "kind", "metadata", "status")}
    try:
        return yaml_text({**first, "metadata": kept, **rest}, sort=True)
    except (TypeError, ValueError):
        raise EnvironmentFault(Problem("the API server answered with an object that is none")) from None


def _explained(fault: ClusterFault, wanted: Wanted, crd: str = "") -> GpurulesError:
    """A refusal of an object: whose fault it is, and what to do."""
    complaints = fault.complaints if isinstance(fault, Refused) else ()
    if fault.status == 409:
        conflicts = [each for each in complaints if each.reason == CONFLICT]
        if not conflicts:
            return CheckFailed(Problem(f"{wanted}: {fault.detail}", advice="run the same command again"))
        advice = "agree with them on who writes it, or take it over with --force-conflicts"
        return CheckFailed(
            [Problem(f"{wanted}: {each.field or 'a field'}: {each.message}", advice=advice) for each in conflicts]
        )
    if fault.status in (400, 422) or (fault.status == 500 and "failed to create typed patch object" in fault.detail):
        details = "; ".join(f"{each.field}: {each.message}" for each in complaints) or fault.detail
        of = f" (it is of {wanted.kind.operator} {safe(crd, 40)})" if crd else ""
        advice = (
            f"the CRD of this cluster may be too old for it{of}: update the operator, or see gpurules render --help"
        )
        return InputError(Problem(f"{wanted}: the API server does not accept it: {details}", advice=advice))
    if fault.status == 403:
        advice = "ask for the verbs get, list, create and patch, or for the admission policy that refuses"
        return EnvironmentFault(Problem(f"{wanted}: the API server forbids it: {fault.detail}", advice=advice))
    return EnvironmentFault(unreachable(fault))
