"""The whole of ``gpurules probe`` but for its command line, inside the machine, against the double of a host engine."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from gpurules.app.probe import Request, run_probe
from gpurules.probe.fleet import Pace

REPORT = Path("/tmp/report.json")


@contextlib.contextmanager
def engine(behaviour: str, *where: str) -> Iterator[None]:
    """A double that listens, such as ``engine("healthy", "--vsock", "5555")``."""
    command = [sys.executable, "-m", "host_engine", *where, "--behaviour", behaviour]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline().startswith("ready"), f"the double does not listen on {where}"
    try:
        yield
    finally:
        process.kill()
        process.wait()


async def probed(cid: int | None, port: int, timeout: float = 20.0, pid: int | None = None, netns: str = "") -> str:
    """Exit code, verdict and failure classes of one probe, such as ``1 unhealthy not-listening``."""
    pace = Pace(timeout)
    request = Request(cid=cid, port=port, pid=pid, netns=netns, pace=pace, form="json", output=str(REPORT))
    code = await asyncio.to_thread(run_probe, request)
    (guest,) = json.loads(REPORT.read_text(encoding="utf-8"))["guests"]
    gpus = [f"{len(guest['engine']['gpus'])} GPUs"] if guest["engine"] else []
    return " ".join([str(code), guest["verdict"], *gpus, *(finding["class"] for finding in guest["findings"])])
