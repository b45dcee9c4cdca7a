"""A scenario as the history of a real Prometheus or VictoriaMetrics on loopback, for doctor to look at."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gpurules.scenario.model import Cluster
from gpurules.scenario.openmetrics import backfill
from live_prometheus import free_port

INTERVAL = 60
"""Seconds between two scrapes of a history."""
LOOKBACK = "2m"
"""Backfilled blocks hold no stale markers, so what ended must leave sight soon."""
DAY = 86_400
END = 1_760_000_000
"""When every history ends: a moment of its own, so that reports do not differ from run to run."""


def history(cluster: Cluster, honor: bool, seconds: int, interval: int = INTERVAL) -> list[str]:
    """OpenMetrics of ``seconds`` before :data:`END`, one line each."""
    return [
        line
        for part in backfill(cluster, honor, END - seconds, seconds, interval)
        for line in part.splitlines(keepends=True)
    ]


def write_blocks(promtool: Path, lines: Iterable[str], folder: Path) -> None:
    """The TSDB of a history."""
    folder.mkdir(parents=True, exist_ok=True)
    text = folder / "history.txt"
    text.write_text("".join(lines), encoding="utf-8")
    command: list[str | Path] = [promtool, "tsdb", "create-blocks-from", "openmetrics", text, folder / "data"]
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    text.unlink()


@contextmanager
def prometheus_on(program: Path, folder: Path, configuration: str = "global: {}\n") -> Iterator[str]:
    """A Prometheus over the blocks in ``folder``; yields its address."""
    (folder / "prometheus.yml").write_text(configuration, encoding="utf-8")
    port = free_port()
    command: list[str | Path] = [
        program,
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        "--storage.tsdb.retention.time=100y",
        f"--web.listen-address=127.0.0.1:{port}",
        f"--query.lookback-delta={LOOKBACK}",
        "--log.level=error",
    ]
    with running(command, folder, f"http://127.0.0.1:{port}", "/-/ready") as url:
        yield url


@contextmanager
def victoria_on(program: Path, folder: Path, lines: Iterable[str], *more: str) -> Iterator[str]:
    """A VictoriaMetrics that has imported a history, with ``more`` flags; yields its address."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command: list[str | Path] = [
        program,
        "-storageDataPath=data",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=100y",
        "-search.latencyOffset=1s",
        f"-search.maxStalenessInterval={LOOKBACK}",
        "-loggerLevel=ERROR",
        *more,
    ]
    with running(command, folder, f"http://127.0.0.1:{port}", "/health") as url:
        text = "".join(line for line in lines if not line.startswith("#"))
        stamped = "\n".join(_milliseconds(line) for line in text.splitlines())
        post(f"{url}/api/v1/import/prometheus", stamped.encode())
        get(f"{url}/internal/force_flush")
        yield url


def _milliseconds(line: str) -> str:
    head, _, stamp = line.rpartition(" ")
    return f"{head} {stamp}000"


@contextmanager
def running(command: list[str | Path], folder: Path, url: str, ready: str) -> Iterator[str]:
    """A server that is ready; ended at the end."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 60
            while True:
                try:
                    get(url + ready)
                    break
                except (urllib.error.URLError, OSError):
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise AssertionError((folder / "log").read_text(errors="replace")[-2000:]) from None
                    time.sleep(0.1)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=30)


def get(url: str) -> bytes:
    """GET."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        found: bytes = answer.read()
    return found


def post(url: str, body: bytes) -> None:
    """POST."""
    with urllib.request.urlopen(urllib.request.Request(url, data=body, method="POST"), timeout=60):
        pass
