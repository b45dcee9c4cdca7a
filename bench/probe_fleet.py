"""Probing a fleet: 200 guests, of which 20 accept the connection and then hang."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from ratio import Ratio

GUESTS, HANGING = 200, 20
TIMEOUT = 5.0
TIME_LIMIT = 2.0
MEGABYTES_LIMIT = 150

TESTS = Path(__file__).resolve().parent.parent / "tests"


def probe() -> Iterator[Ratio]:
    """Wall time against the time-out of one guest, and the largest resident size against its bound."""
    server = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=TESTS, text=True
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        addresses = [
            word for port in json.loads(server.stdout.readline()) for word in ("--address", f"127.0.0.1:{port}")
        ]
        seconds, megabytes = _measured(["probe", "--timeout", f"{TIMEOUT:g}s", "--format", "json", *addresses])
    finally:
        server.stdin.close()
        server.wait(30)
    yield Ratio(f"probe of {GUESTS} guests, {HANGING} hang", seconds, "time-out of one", TIMEOUT, TIME_LIMIT)
    yield Ratio("the same, resident", megabytes, "bound", MEGABYTES_LIMIT, 1.0, "MB")


def _measured(arguments: list[str]) -> tuple[float, float]:
    """Seconds and megabytes of one run, which must find exactly the guests that hang."""
    process = subprocess.Popen([sys.executable, "-m", "gpurules", *arguments], stdout=subprocess.PIPE)
    assert process.stdout is not None
    started = os.times().elapsed
    report = json.loads(process.stdout.read())
    _, _, usage = os.wait4(process.pid, 0)
    seconds = os.times().elapsed - started
    found = report["summary"]
    if (found["healthy"], found["unhealthy"]) != (GUESTS - HANGING, HANGING):
        raise subprocess.CalledProcessError(1, ["gpurules"], stderr=f"the fleet was found as {found}".encode())
    return seconds, usage.ru_maxrss / 1024


async def _serve() -> None:
    """Listen as all guests, say their ports, and stay until the other side closes."""
    sys.path.insert(0, str(TESTS))
    from host_engine.behaviours import BEHAVIOURS
    from host_engine.server import Server, tcp_socket

    ports = []
    for number in range(GUESTS):
        behaviour = BEHAVIOURS["silent" if number % (GUESTS // HANGING) == 0 else "8 GPUs"]
        bound = tcp_socket()
        await Server(behaviour.guest(), behaviour.serve).listen(bound)
        ports.append(bound.getsockname()[1])
    print(json.dumps(ports), flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
