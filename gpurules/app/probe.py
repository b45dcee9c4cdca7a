"""Probes host engines: finds the targets, asks them, reports, and does so again where it is to watch."""

from __future__ import annotations

import asyncio
import random
import re
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from gpurules.app.progress import Progress
from gpurules.probe.addresses import checked_cid, checked_port, parse_address
from gpurules.probe.diagnosis.diagnose import Verdict, class_of
from gpurules.probe.diagnosis.failure import Expectation
from gpurules.probe.discovery import Selection, Via, cluster_of
from gpurules.probe.fleet import Pace, probe_all
from gpurules.probe.observation import Unreachable
from gpurules.probe.report.registry import FORMATS
from gpurules.probe.report.report import Report
from gpurules.probe.result import Result
from gpurules.probe.target import DEFAULT_PORT, Address, NamespaceVsockAddress, Target, VsockAddress
from gpurules.probe.transports.transport import Context
from gpurules.text.duration import parse_duration
from gpurules.text.errors import (
    EXIT_DONE,
    EXIT_ENVIRONMENT,
    EXIT_FINDINGS,
    EnvironmentFault,
    InputError,
    Problem,
)
from gpurules.text.terminal import safe
from gpurules.text.write import write_atomically

EXIT_TERMINATED = 143
"""As the shell counts signals: 128 + SIGTERM."""

WATCH_JITTER = 0.1
"""A round of --watch begins up to this share of its interval early or late."""

GUEST_JITTER_MAX = 2.0

_KUBERNETES_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Request:
    """What to probe, and how.

    ``addresses`` are as the user wrote them; ``cid``, ``pid`` and ``netns`` name one guest more. ``selection`` are
    VMIs, or None. ``watch`` is seconds between the rounds, 0 for one round. ``output`` is a path, or ``-``.
    """

    addresses: tuple[str, ...] = ()
    cid: int | None = None
    port: int = DEFAULT_PORT
    pid: int | None = None
    netns: str = ""
    selection: Selection | None = None
    expected: Expectation = field(default_factory=Expectation)
    pace: Pace = field(default_factory=Pace)
    auth_timeout: float = 30.0
    watch: float = 0.0
    form: str = "text"
    output: str = "-"
    width: int = 0


def run_probe(request: Request) -> int:
    """Probe, write the report, and return the exit code: 0 all healthy or skipped, 1 a guest is not healthy, 3 none
    is unhealthy and of some the probing side cannot say.

    Raises InputError for a wrong address or nothing to probe, EnvironmentFault where the cluster or a file fails.
    """
    targets = named_targets(request)
    try:
        return asyncio.run(_until_terminated(request, targets))
    except asyncio.CancelledError:
        return EXIT_TERMINATED


async def _until_terminated(request: Request, targets: Sequence[Target]) -> int:
    """As ``_run``. SIGTERM ends it in good order: the first process of a container hears of no signal by itself."""
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    return await _run(request, targets)


def named_targets(request: Request) -> tuple[Target, ...]:
    """The targets that the user named by address. Raises InputError."""
    checked_port(request.port, f"--port {request.port}")
    addresses: list[tuple[str, Address]] = [(text, parse_address(text, request.port)) for text in request.addresses]
    if request.cid is not None:
        checked_cid(request.cid, f"--cid {request.cid}")
    if request.pid is not None or request.netns:
        addresses.append(_named(NamespaceVsockAddress(request.port, request.cid, request.pid, request.netns)))
    elif request.cid is not None:
        addresses.append(_named(VsockAddress(request.cid, request.port)))
    if not addresses and request.selection is None:
        raise InputError(
            Problem("there is nothing to probe", advice="give --cid, --address, --vmi or --all; see --help")
        )
    return _distinct(Target(name, address) for name, address in addresses)


def selection_of(
    vmis: Sequence[str],
    every: bool,
    namespace: str,
    selector: str,
    via: str,
    port: int,
    kubeconfig: str = "",
    context: str = "",
    node: str = "",
) -> Selection | None:
    """The VMIs that the flags name, or None where they name none. Raises InputError."""
    if not vmis and not every:
        if namespace or selector:
            raise InputError(Problem("--namespace and --selector choose among VMIs", advice="give --all as well"))
        return None
    if selector and not every:
        raise InputError(Problem("--selector chooses among all VMIs", advice="give --all instead of --vmi"))
    named = tuple(_vmi(text, namespace) for text in vmis)
    return Selection(named, every, namespace, selector, Via(via), port, kubeconfig, context, node)


def _vmi(text: str, namespace: str) -> tuple[str, str]:
    before, slash, name = text.rpartition("/")
    found = (before if slash else namespace, name)
    if not all(_KUBERNETES_NAME.fullmatch(part) for part in found):
        raise InputError(Problem(f'--vmi "{text[:120]}" is not NAMESPACE/NAME', advice="such as tenant-a/train-1"))
    return found


def seconds_of(text: str, flag: str, least: float = 0.001) -> float:
    """A duration in seconds. Raises InputError where it is none, or is shorter than ``least``."""
    try:
        seconds = parse_duration(text) / 1000
    except InputError as error:
        raise InputError(Problem(f"{flag}: {error.problems[0].message}", advice=error.problems[0].advice)) from None
    if seconds < least:
        raise InputError(Problem(f"{flag} {text} is too short", advice=f"{least:g} s is the least"))
    return seconds


def _named(address: Address) -> tuple[str, Address]:
    return str(address), address


async def _run(request: Request, named: Sequence[Target]) -> int:
    if request.selection is None:

        async def only_named() -> Sequence[Target]:
            return named

        return await _rounds(request, only_named, Context())
    try:
        async with cluster_of(request.selection, request.auth_timeout) as cluster:

            async def with_found() -> Sequence[Target]:
                return _distinct((*named, *await cluster.targets()))

            return await _rounds(request, with_found, cluster.context)
    except Unreachable as unreachable:
        raise _fault(unreachable) from None


async def _rounds(request: Request, find: Callable[[], Awaitable[Sequence[Target]]], context: Context) -> int:
    """One round, or rounds until the caller cancels; what only one round suffers from is said and gone over then."""
    if not request.watch:
        return exit_code(await _round(request, find, context))
    while True:
        began = time.monotonic()
        try:
            await _round(request, find, context)
        except (Unreachable, EnvironmentFault) as error:
            fault = _fault(error) if isinstance(error, Unreachable) else error
            for problem in fault.problems:
                print(f"gpurules: error: {safe(str(problem))}", file=sys.stderr, flush=True)
        wanted = request.watch * random.uniform(1 - WATCH_JITTER, 1 + WATCH_JITTER)
        await asyncio.sleep(max(0.0, wanted - (time.monotonic() - began)))


async def _round(
    request: Request, find: Callable[[], Awaitable[Sequence[Target]]], context: Context
) -> Sequence[Result]:
    targets = await find()
    if not targets:
        raise EnvironmentFault(Problem("no VMI matches", advice="see kubectl get vmi --all-namespaces"))
    pace = request.pace
    if request.watch:
        pace = replace(pace, jitter=min(request.watch * WATCH_JITTER, GUEST_JITTER_MAX))
    with Progress(len(targets)) as progress:
        results = await probe_all(targets, context, request.expected, pace, progress.arrived)
    report = Report(results, time.time(), request.width, streamed=bool(request.watch) and request.output == "-")
    write_atomically(request.output, FORMATS[request.form].write(report))
    return results


def exit_code(results: Sequence[Result]) -> int:
    """1 where a guest is not healthy, else 3 where the probing side cannot say of one, else 0."""
    verdicts = {result.verdict for result in results}
    if Verdict.UNHEALTHY in verdicts:
        return EXIT_FINDINGS
    return EXIT_ENVIRONMENT if Verdict.UNKNOWN in verdicts else EXIT_DONE


def _distinct(targets: Iterable[Target]) -> tuple[Target, ...]:
    return tuple({target.name: target for target in targets}.values())


def _fault(unreachable: Unreachable) -> EnvironmentFault:
    seen = unreachable.observation
    failure = class_of(seen)
    detail = f" ({safe(seen.detail, 200)})" if seen.detail else ""
    return EnvironmentFault(Problem(f"{failure.title}{detail}", advice=failure.advice))
