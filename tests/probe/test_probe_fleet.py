"""Many guests at a time: bounds, engines that are shared, results as they come, cancellation."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

import virtual_time
from gpurules.probe import fleet
from gpurules.probe.diagnosis.diagnose import Verdict
from gpurules.probe.diagnosis.failure import Expectation
from gpurules.probe.fleet import Pace, probe_all
from gpurules.probe.observation import Medium, Observation, Step, Unreachable
from gpurules.probe.result import Result
from gpurules.probe.target import (
    NamespaceVsockAddress,
    Target,
    TcpAddress,
    UnixAddress,
    Vmi,
    VmiAddress,
    VsockAddress,
)
from gpurules.probe.transports.transport import Context
from probe_runs import PATIENT, served


class Slow:
    """A transport of a guest that takes ``seconds`` to refuse, or never does; counts how many are busy at a time."""

    busy = most = 0

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds

    async def connect(self) -> None:
        Slow.busy += 1
        Slow.most = max(Slow.most, Slow.busy)
        try:
            if self._seconds is None:
                await asyncio.Event().wait()
            else:
                await asyncio.sleep(self._seconds)
            raise Unreachable(Observation(Step.CONNECT, Medium.TCP, errno=111))
        finally:
            Slow.busy -= 1


@pytest.fixture(autouse=True)
def _nobody_is_busy() -> None:
    Slow.busy = Slow.most = 0


def targets(count: int, engine: str = "") -> list[Target]:
    return [Target(f"guest-{number}", TcpAddress("h", number + 1), engine=engine) for number in range(count)]


def run(
    count: int, seconds: dict[int, float | None], pace: Pace, monkeypatch: pytest.MonkeyPatch, engine: str = ""
) -> tuple[list[Result], float]:
    """Probe ``count`` guests in virtual time; guest n takes ``seconds[n]``, else 0.1 s."""
    monkeypatch.setattr(fleet, "transport_to", lambda address, context: Slow(seconds.get(address.port - 1, 0.1)))
    return virtual_time.run(probe_all(targets(count, engine), Context(), Expectation(), pace))


def test_200_guests_of_which_20_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    hang: dict[int, float | None] = dict.fromkeys(range(0, 200, 10))
    results, seconds = run(200, hang, Pace(timeout=5.0), monkeypatch)
    assert seconds < 2 * 5.0
    assert [result.target.name for result in results] == [f"guest-{number}" for number in range(200)]
    classes = [result.findings[0].failure.id for result in results]
    assert classes.count("connect-timeout") == 20
    assert classes.count("not-listening") == 180


@pytest.mark.parametrize("concurrency", [1, 7, 64, 1000])
def test_no_more_at_a_time_than_allowed(concurrency: int, monkeypatch: pytest.MonkeyPatch) -> None:
    run(100, {}, Pace(5.0, concurrency), monkeypatch)
    assert Slow.most == min(concurrency, 100)


def test_never_two_probes_of_one_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    results, seconds = run(8, {}, Pace(5.0), monkeypatch, engine="the same")
    assert Slow.most == 1
    assert len(results) == 8
    assert seconds == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("target", "engine"),
    [
        (Target("a", VsockAddress(42)), "vsock://42:5555"),
        (Target("a", NamespaceVsockAddress(pid=7, cid=42), Vmi("n", "v", cid=42)), "vsock://42:5555"),
        (Target("a", VmiAddress("n", "v", 5556), Vmi("n", "v", cid=42)), "vsock://42:5556"),
        (Target("a", VmiAddress("n", "v")), "vmi n/v port 5555"),
        (Target("a", TcpAddress("h")), "tcp://h:5555"),
        (Target("a", UnixAddress("/s"), Vmi("n", "v", cid=42)), "unix:///s"),
    ],
)
def test_one_engine_by_several_ways(target: Target, engine: str) -> None:
    assert target.engine == engine


def test_waiting_for_an_engine_costs_no_time_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    results, _ = run(6, dict.fromkeys(range(6), 0.9), Pace(1.0), monkeypatch, engine="the same")
    assert {result.findings[0].failure.id for result in results} == {"not-listening"}


def test_no_guests_is_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(0, {}, Pace(), monkeypatch)[0] == []


def test_results_are_heard_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(fleet, "transport_to", lambda address, context: Slow(1.0 / address.port))
    everything = probe_all(
        targets(4), Context(), Expectation(), Pace(), lambda result: heard.append(result.target.name)
    )
    virtual_time.run(everything)
    assert heard == ["guest-3", "guest-2", "guest-1", "guest-0"]


def test_jitter_spreads_the_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    _, seconds = run(50, {}, Pace(5.0, 64, jitter=2.0), monkeypatch)
    assert 1.0 < seconds <= 2.1
    assert Slow.most < 50


def test_cancelling_leaves_nobody_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "transport_to", lambda address, context: Slow(None))

    async def give_up() -> None:
        async with asyncio.timeout(1.0):
            await probe_all(targets(30), Context(), Expectation(), Pace(60.0, 10))

    with pytest.raises(TimeoutError):
        virtual_time.run(give_up())
    assert (Slow.busy, Slow.most) == (0, 10)


def test_a_bug_in_a_transport_is_one_guests_affair(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        async def connect(self) -> None:
            raise ZeroDivisionError("oh")

    monkeypatch.setattr(fleet, "transport_to", lambda address, context: Broken() if address.port == 1 else Slow(0.1))
    results, _ = virtual_time.run(probe_all(targets(2), Context(), Expectation(), Pace()))
    assert [result.verdict for result in results] == [Verdict.UNKNOWN, Verdict.UNHEALTHY]
    assert [finding.detail for finding in results[0].findings] == ["ZeroDivisionError: oh"]


def test_a_fleet_of_real_sockets() -> None:
    """One connection to each engine, at most one at a time, and none left open."""

    async def everything() -> None:
        async with AsyncExitStack() as stack:
            names = ["healthy", "8 GPUs", "SSH, then closes", "lost", "closes when asked"] * 8
            found = [await stack.enter_async_context(served(name)) for name in names]
            wanted = [Target(f"guest-{number}", address) for number, (_, address) in enumerate(found)]
            wanted += [Target(f"again-{number}", address) for number, (_, address) in enumerate(found)]
            results = await probe_all(wanted, Context(), Expectation(), Pace(PATIENT, 16))
            assert [result.verdict for result in results[:40]] == [result.verdict for result in results[40:]]
            assert [result.verdict.value for result in results[:5]] == [
                "healthy", "healthy", "unhealthy", "unhealthy", "unhealthy",
            ]  # fmt: skip
            await asyncio.sleep(0.1)
            assert {(server.connections, server.most) for server, _ in found} == {(2, 1)}
            assert not [server for server, _ in found if server.guest.traces or server.guest.crashed]

    asyncio.run(everything())


def test_the_deadline_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    results, seconds = run(1, {0: None}, Pace(0.25), monkeypatch)
    assert seconds == pytest.approx(0.25)
    assert results[0].findings[0].failure.id == "connect-timeout"
