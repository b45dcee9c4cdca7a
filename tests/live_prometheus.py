"""A real Prometheus on loopback that tests start, stop and ask."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gpurules.scenario.model import Labels

LOOKBACK = 10
PATIENCE = 25
"""Seconds until what is recorded must be right."""
SUSTAINED = 2
"""Seconds for which it must then stay so."""
RATE_TOLERANCE = 0.25
"""A scrape that is late by a second moves a rate over eight seconds by an eighth."""


@dataclass
class Server:
    """A Prometheus on loopback that can be stopped and started again on its data."""

    program: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    failed_rules: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Start and wait until it is ready."""
        self.process = subprocess.Popen(
            [
                self.program,
                "--config.file=prometheus.yml",
                "--storage.tsdb.path=data",
                f"--web.listen-address=127.0.0.1:{self.port}",
                f"--query.lookback-delta={LOOKBACK}s",
                "--log.level=warn",
            ],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("ab"),
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                self.get("/-/ready")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError((self.folder / "log").read_text(encoding="utf-8"))

    def stop(self) -> None:
        """Count what failed, ask it to end and wait."""
        if self.process is not None:
            for line in self.get("/metrics").decode().splitlines():
                if line.startswith("prometheus_rule_evaluation_failures_total") and not line.endswith(" 0"):
                    self.failed_rules.setdefault("counted", line)
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None

    def kill(self) -> None:
        """End it at once, where it still runs."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=20)
            self.process = None

    def get(self, path: str) -> bytes:
        """GET. Raises OSError where it does not answer."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            found: bytes = answer.read()
        return found

    def records(self) -> dict[Labels, float]:
        """Every recorded series and its number."""
        query = urllib.parse.quote('{__name__=~".+:kubevirt_vmi_gpu.*:.+"}')
        result = json.loads(self.get(f"/api/v1/query?query={query}"))["data"]["result"]
        return {tuple(sorted(row["metric"].items())): float(row["value"][1]) for row in result}

    def watch_rules(self) -> None:
        """Remember every rule that failed in its last evaluation."""
        groups = json.loads(self.get("/api/v1/rules"))["data"]["groups"]
        for group in groups:
            for rule in group["rules"]:
                if rule.get("lastError"):
                    self.failed_rules.setdefault(rule["name"], rule["lastError"])


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def settle(look: Callable[[], list[str]]) -> None:
    """Wait until nothing differs, and see that it stays so."""
    deadline = time.monotonic() + PATIENCE
    while found := look():
        assert time.monotonic() < deadline, "\n".join(found[:20])
        time.sleep(0.5)
    for _ in range(SUSTAINED):
        time.sleep(1)
        found = look()
        assert not found, "\n".join(found[:20])
