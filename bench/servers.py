"""Real servers of Prometheus that evaluate rule files, and the processor time that it takes them.

Processor time of the server, not time on the clock: whatever else runs on the machine delays an evaluation, long rules
more than short ones, but hardly makes it more work. Each file has a server of its own, with one processor, so that the
work of the garbage collector is counted where it arises.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

EVALUATIONS = 5
"""How many are measured; the first does not count, since it creates the series."""
INTERVAL = 5
"""Seconds between the starts of two evaluations, or more where one takes longer."""
PATIENCE = 900
_TICKS = os.sysconf("SC_CLK_TCK")
_NEVER = "0001-01-01"


class CannotMeasure(Exception):
    """A measurement is impossible here, or its result means nothing; the text says why."""


@dataclass(frozen=True, slots=True)
class RuleFile:
    """Rules to be measured, in one group; the query ``watched`` must give the number of GPUs.

    ``once``: the first evaluation is measured and no other; for rules that take long and read none of their own.
    """

    text: str
    watched: str
    once: bool = False


def measure(prometheus: Path, data: Path, files: Mapping[str, RuleFile], gpus: int) -> dict[str, float]:
    """Seconds of processor time that one evaluation of each file takes over a copy of ``data``, all files at once.

    Raises CannotMeasure where a rule fails, where a file does not record every GPU, or where it takes too long.
    """
    with ThreadPoolExecutor(len(files)) as pool:
        running = {name: pool.submit(_measured, prometheus, data, file, gpus) for name, file in files.items()}
        return {name: future.result() for name, future in running.items()}


def into_memory(prometheus: Path, data: Path, names: Iterable[str]) -> None:
    """Move the last samples of the metrics ``names`` from the blocks in ``data`` to where a running server has them.

    A Prometheus keeps what it scraped in the last two hours in memory, where reading costs about a third.
    Rules that record each series under its own name are evaluated, then the blocks go.
    """
    rules = "".join(f"      - record: {name}\n        expr: {name}\n" for name in sorted(names))
    with tempfile.TemporaryDirectory(dir=data.parent) as folder:
        moved = Path(folder) / "data"
        shutil.copytree(data, moved)
        with _server(prometheus, Path(folder), f"groups:\n  - name: same\n    rules:\n{rules}") as (_, url):
            last = 0.0
            for _ in range(EVALUATIONS):
                last = _evaluated(url, last)
        for block in moved.glob("*/meta.json"):
            shutil.rmtree(block.parent)
        shutil.rmtree(data)
        moved.rename(data)


def _measured(prometheus: Path, data: Path, file: RuleFile, gpus: int) -> float:
    with tempfile.TemporaryDirectory(dir=data.parent) as folder:
        shutil.copytree(data, Path(folder) / "data")
        with _server(prometheus, Path(folder), file.text) as (process, url):
            start, number = _processor_time(process), 1
            last = _evaluated(url, 0)
            if not file.once:
                start, number = _processor_time(process), EVALUATIONS
                for _ in range(number):
                    last = _evaluated(url, last)
            used = _processor_time(process) - start
            if (count := _query(url, file.watched)) != gpus:
                raise CannotMeasure(f"{file.watched} is {count}, not {gpus}")
            return used / number


def _processor_time(process: subprocess.Popen[bytes]) -> float:
    """Seconds of all threads of the server (proc(5): utime and stime)."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _evaluated(url: str, after: float) -> float:
    """When the evaluation began that has been finished last, as soon as that is later than ``after``."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        (group,) = _data(f"{url}/api/v1/rules")["groups"] or [{"lastEvaluation": _NEVER, "rules": []}]
        for rule in group["rules"]:
            if rule["health"] == "err":
                raise CannotMeasure(f"{rule['name']} failed: {rule['lastError']}")
        if not group["lastEvaluation"].startswith(_NEVER):
            began = datetime.fromisoformat(group["lastEvaluation"]).timestamp()
            if began > after:
                return began
        time.sleep(1)
    raise CannotMeasure(f"Prometheus evaluated too seldom in {PATIENCE} s")


def _query(url: str, expression: str) -> float:
    """The number that ``expression`` gives now; 0 where it gives nothing."""
    result = _data(f"{url}/api/v1/query?{urllib.parse.urlencode({'query': expression})}")["result"]
    return float(result[0]["value"][1]) if result else 0


def _data(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return json.load(answer)["data"]


@contextmanager
def _server(prometheus: Path, folder: Path, rules: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A Prometheus on loopback over the data in ``folder``; yields its process and address."""
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    configuration = f"global: {{evaluation_interval: {INTERVAL}s}}\nrule_files: ['rules.yaml']\n"
    (folder / "prometheus.yml").write_text(configuration, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    command = [
        str(prometheus),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--query.lookback-delta=1h",
        "--query.timeout=15m",
        "--log.level=error",
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "GOMAXPROCS": "1"}
        )
        try:
            _wait_until_ready(process, f"http://127.0.0.1:{port}", folder / "log")
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/-/ready", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise CannotMeasure(f"Prometheus did not start: {log.read_text(encoding='utf-8')[-500:]}")
