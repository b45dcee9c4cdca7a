"""Many probes: a bounded number at a time, and never two of one engine."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gpurules.probe.diagnosis.failure import Expectation
from gpurules.probe.probing import probe
from gpurules.probe.result import Result
from gpurules.probe.target import Target
from gpurules.probe.transports.registry import transport_to
from gpurules.probe.transports.transport import Context


@dataclass(frozen=True, slots=True)
class Pace:
    """``timeout`` is seconds for each guest, ``concurrency`` how many are probed at a time; each begins up to
    ``jitter`` seconds late, so that several watchers do not ask in step.
    """

    timeout: float = 5.0
    concurrency: int = 64
    jitter: float = 0.0


def unheard(result: Result) -> None:
    """Takes a result and does nothing."""


async def probe_all(
    targets: Sequence[Target],
    context: Context,
    expected: Expectation,
    pace: Pace,
    arrived: Callable[[Result], None] = unheard,
) -> list[Result]:
    """The results in the order of ``targets``; ``arrived`` hears of each as it comes.

    An engine's backlog holds 6 connections and other tools need it too, so the targets behind one engine wait for
    each other; their time begins when it is their turn.
    """
    waiting = iter(_by_engine(targets))
    results: dict[str, Result] = {}

    async def work(engines: Iterator[list[Target]]) -> None:
        for engine in engines:
            for target in engine:
                if pace.jitter:
                    await asyncio.sleep(random.uniform(0, pace.jitter))
                result = await probe(target, transport_to(target.address, context), expected, pace.timeout)
                results[target.name] = result
                arrived(result)

    async with asyncio.TaskGroup() as workers:
        for _ in range(min(pace.concurrency, len(targets))):
            workers.create_task(work(waiting))
    return [results[target.name] for target in targets]


def _by_engine(targets: Sequence[Target]) -> list[list[Target]]:
    engines: dict[str, list[Target]] = {}
    for target in targets:
        engines.setdefault(target.engine, []).append(target)
    return list(engines.values())
