"""After the rules are written: until the operator has accepted them. The objects are watched, in one request for all;
where the API server lets nobody watch, they are listed again and again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from gpurules.cluster.client import Client
from gpurules.cluster.fault import ClusterFault
from gpurules.cluster.watching import BOOKMARK, DELETED, Event, Gone, snapshot, watch
from gpurules.rollout.answers import at
from gpurules.rollout.checks import unreachable
from gpurules.rollout.verdicts import Verdict, verdict
from gpurules.rollout.wanted import CONFIGURATION, MANAGED_BY, MANAGER, Wanted
from gpurules.text.errors import CheckFailed, EnvironmentFault, Problem

FIRST_WORD = 10.0
"""Seconds after which an operator that has said nothing is taken for one that never does."""
PAUSE = 0.5
"""Seconds between two lists, where nothing can be watched or a watch was of no use."""
LOOK = "kubectl describe says what its status is"


@dataclass(slots=True)
class _Seen:
    """The objects as the server last showed them, by name, and the version to watch from; None: to be listed."""

    client: Client
    path: str
    query: Mapping[str, str]
    bodies: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    version: str | None = None
    may_watch: bool = True


async def until_accepted(client: Client, objects: Sequence[Wanted], patience: float) -> list[str]:
    """Waits for the operator's word on each object; sentences on what it said, or that it says nothing.

    Raises CheckFailed with each object that it has not accepted, or not within ``patience`` seconds; EnvironmentFault
    where the API server cannot be asked.
    """
    first = objects[0]
    query = {"labelSelector": f"{MANAGED_BY}={MANAGER},{CONFIGURATION}={first.labels[CONFIGURATION]}"}
    seen = _Seen(client, first.kind.path(first.namespace), query)
    started = time.monotonic()
    try:
        async with aclosing(_looks(seen, started, patience)) as looks:
            async for _ in looks:
                said = _said(objects, seen.bodies, time.monotonic() - started, patience)
                if said is not None:
                    return said
    except ClusterFault as fault:
        raise EnvironmentFault(unreachable(fault)) from None
    raise AssertionError("unreachable")


async def _looks(seen: _Seen, started: float, patience: float) -> AsyncGenerator[None]:
    """Again and again, when an object has changed and when a time that matters is over."""
    while True:
        if seen.version is None:
            await _list(seen)
        yield
        began = time.monotonic()
        waited = began - started
        seconds = min((moment - waited for moment in (FIRST_WORD, patience) if moment > waited), default=0.0)
        try:
            if seen.may_watch and seen.version:
                heard = False
                async with aclosing(watch(seen.client, seen.path, seen.query, seen.version, seconds)) as events:
                    async for event in events:
                        heard = True
                        if _took(seen, event):
                            yield
                if not heard:
                    seen.version = None
            else:
                seen.version = None
        except Gone:
            seen.version = None
        except ClusterFault:
            seen.may_watch, seen.version = False, None
        left = seconds - (time.monotonic() - began)
        await asyncio.sleep(max(0.0, min(PAUSE, left)))


async def _list(seen: _Seen) -> None:
    items, seen.version = await snapshot(seen.client, seen.path, seen.query)
    seen.bodies = {_name(body): body for body in items}


def _took(seen: _Seen, event: Event) -> bool:
    """Whether the event changes what is seen; a bookmark brings a version alone."""
    seen.version = event.version or seen.version
    if event.kind == DELETED:
        seen.bodies.pop(_name(event.body), None)
    elif event.kind != BOOKMARK:
        seen.bodies[_name(event.body)] = event.body
    return event.kind != BOOKMARK


def _said(
    objects: Sequence[Wanted], bodies: Mapping[str, Mapping[str, Any]], waited: float, patience: float
) -> list[str] | None:
    """Sentences on all objects; None while one is open. Raises CheckFailed with all that is wrong."""
    problems: list[Problem] = []
    said: list[str] = []
    late: list[Problem] = []
    for one in objects:
        body = bodies.get(one.name)
        if body is None:
            problems.append(Problem(f"{one} is not there any more", advice="run the same command again"))
            continue
        found = verdict(one.kind.kind, body)
        if found.accepted is False:
            problems += [Problem(f"{one} is not accepted: {each}") for each in found.complaints]
        elif found.accepted:
            said.append(f"{one} is accepted by {', '.join(found.workloads)}")
        elif not found.reported and waited >= min(FIRST_WORD, patience):
            said.append(
                f"the operator reports no status of {one}, so whether it is loaded is not known; --prometheus asks "
                "the Prometheus itself"
            )
        else:
            late.append(_late(one, found, patience))
    if problems:
        raise CheckFailed(problems)
    if late and waited >= patience:
        raise CheckFailed(late)
    return None if late else said


def _late(one: Wanted, found: Verdict, patience: float) -> Problem:
    who = f" by {', '.join(found.workloads)}" if found.workloads else ""
    return Problem(f"{one} is not accepted{who} after {patience:g} s", advice=LOOK)


def _name(body: Mapping[str, Any]) -> str:
    return str(at(body, "metadata", "name") or "")
