"""Apply and diff: from a configuration to rules on a cluster, everything checked before anything is written."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from gpurules.app.rendering import render
from gpurules.cluster.client import Client, open_client
from gpurules.cluster.fault import ClusterFault
from gpurules.cluster.prometheus.access import Access as PrometheusAccess
from gpurules.cluster.prometheus.store import open_store
from gpurules.config.model import Config
from gpurules.output.check import difference
from gpurules.output.formats.registry import FORMATS, format_named
from gpurules.rollout.acceptance import until_accepted
from gpurules.rollout.checks import require_ground, unreachable
from gpurules.rollout.evaluators import Advice, advise
from gpurules.rollout.kinds import KINDS
from gpurules.rollout.plan import Change, carry_out, plan
from gpurules.rollout.waiting import rule_groups, until_loaded
from gpurules.rollout.wanted import Wanted, wanted_objects
from gpurules.text.errors import CheckFailed, EnvironmentFault, InputError, Problem

Say = Callable[[str], None]
T = TypeVar("T")

READING = ("get", "list", "create", "patch")
"""What a dry run of a server-side apply needs as well."""


@dataclass(frozen=True, slots=True)
class Access:
    """How the cluster is reached; empty as kubectl chooses. ``timeout``: seconds for a request."""

    kubeconfig: str = ""
    context: str = ""
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Orders:
    """What apply is to do. ``wait``: seconds for the operator and for Prometheus, each. ``prometheus``: how it is
    reached, None where it is not asked."""

    force: bool = False
    force_conflicts: bool = False
    dry_run: bool = False
    prune: bool = False
    wait: float = 60.0
    prometheus: PrometheusAccess | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What would change, and what is to be said of it."""

    wanted: tuple[Wanted, ...]
    changes: tuple[Change, ...]
    advice: Advice


def diff(config: Config, access: Access, *, prune: bool, force_conflicts: bool, warn: Say) -> str:
    """A readable difference from the cluster to what would be rendered; empty where nothing would change.

    Raises EnvironmentFault, CheckFailed and InputError as the checks do.
    """
    wanted = _wanted(config, warn)
    planned = _run(access, lambda client: _planned(client, wanted, config, force_conflicts, prune))
    for refusal in planned.advice.refusals:
        warn(f"apply would refuse: {refusal}")
    _warn(planned, prune, warn)
    changed = [one for one in planned.changes if one.before != one.after and (one.wanted or prune)]
    return "".join(_difference(one) for one in changed)


def apply(config: Config, access: Access, orders: Orders, *, say: Say, warn: Say) -> None:
    """Checks, writes, and waits until the rules are loaded; ``say`` gets a line for each object.

    Nothing is written when any check refused. Raises EnvironmentFault, CheckFailed and InputError.
    """
    wanted = _wanted(config, warn)
    _run(access, lambda client: _apply(client, wanted, config, orders, say, warn))


async def _apply(
    client: Client, wanted: tuple[Wanted, ...], config: Config, orders: Orders, say: Say, warn: Say
) -> None:
    planned = await _planned(client, wanted, config, orders.force_conflicts, orders.prune)
    _warn(planned, orders.prune, warn)
    if planned.advice.refusals and not orders.force:
        raise CheckFailed(planned.advice.refusals)
    for refusal in planned.advice.refusals:
        warn(f"forced: {refusal.message}")
    if orders.prune and not orders.dry_run:
        for change in planned.changes:
            if change.wanted is None:
                warn(f"deleting what is no longer rendered: {change.name}")
    if orders.dry_run:
        for change in planned.changes:
            if change.wanted is not None or orders.prune:
                say(f"{change.name} {change.action} (dry run)")
        return
    await carry_out(
        client,
        planned.changes,
        force=orders.force_conflicts,
        prune=orders.prune,
        done=lambda change: say(f"{change.name} {change.action}"),
    )
    if not orders.wait:
        return
    if planned.advice.takers or not planned.advice.certain:
        for sentence in await until_accepted(client, wanted, orders.wait):
            say(sentence)
    if orders.prometheus is not None:
        async with open_store(orders.prometheus, client) as store:
            say(await until_loaded(store.rules, rule_groups(wanted), orders.wait))


async def _planned(
    client: Client, wanted: tuple[Wanted, ...], config: Config, force_conflicts: bool, prune: bool
) -> Planned:
    verbs = (*READING, *(("delete",) if prune else ()))
    ground = await require_ground(client, wanted, verbs)
    changes = await plan(client, wanted, config.output.name, force=force_conflicts, crd=ground.crd)
    return Planned(wanted, changes, await advise(client, wanted[0], ground))


def _wanted(config: Config, warn: Say) -> tuple[Wanted, ...]:
    form = format_named(config.output.format)
    if dict(form.constants).get("kind") not in KINDS:
        forms = " or ".join(name for name, one in FORMATS.items() if dict(one.constants).get("kind") in KINDS)
        message = f"the format {form.name} is no object of a cluster"
        raise InputError(Problem(message, advice=f"use --format {forms}, or gpurules render"))
    rendering = render(config)
    for note in rendering.notes:
        warn(note)
    return wanted_objects(rendering.text, config.output.name, config.output.namespace)


def _warn(planned: Planned, prune: bool, warn: Say) -> None:
    for sentence in planned.advice.warnings:
        warn(sentence)
    obsolete = [one for one in planned.changes if one.wanted is None]
    if obsolete and not prune:
        warn(f"no longer rendered, --prune deletes: {', '.join(one.name for one in obsolete)}")
        rendered = {record for records in rule_groups(planned.wanted).values() for record in records}
        twice = rendered & {record for one in obsolete for record in one.records}
        if twice:
            warn(f"until then {len(twice)} of the records are evaluated twice, by what is no longer rendered as well")


def _difference(change: Change) -> str:
    text = difference(change.before, change.after, change.name)
    return text.replace(f"+++ {change.name} (rendered)", f"+++ {change.name} ({change.action})", 1)


def _run(access: Access, work: Callable[[Client], Awaitable[T]]) -> T:
    async def inside() -> T:
        try:
            async with open_client(access.kubeconfig, access.context, access.timeout) as client:
                return await work(client)
        except ClusterFault as fault:
            raise EnvironmentFault(unreachable(fault)) from None

    return asyncio.run(inside())
