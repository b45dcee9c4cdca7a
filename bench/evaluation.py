"""How long a real Prometheus takes to evaluate the default rule set, against other ways to the same records."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import clusters
import rule_files
from ratio import Ratio

from gpurules.config.model import Config, RulesSection

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
import components

POWER = "vmi_gpu:kubevirt_vmi_gpu_power_watts:max"
"""The record whose series are counted, one for each GPU, so that nothing is measured that records nothing."""
EVALUATIONS = 8
"""How many count; the first does not, since it finds none of the records that later ones read."""
INTERVAL = 20
"""Seconds between evaluations, more than the slowest file takes."""
PATIENCE = 600
ALL_LEVELS = ("vmi_gpu", "vmi", "namespace", "node", "cluster")
LARGE = (10_000, 2_000)
FEW_VMS = (1_000, 2_000)
FEW_GPUS = (10_000, 1_000)


class CannotMeasure(Exception):
    """A measurement is impossible here, or its result means nothing; the text says why."""


@dataclass(frozen=True, slots=True)
class RuleFile:
    """Rules to be measured; the query ``watched`` must give the number of GPUs."""

    text: str
    watched: str


def evaluation() -> Iterator[Ratio]:
    """The default rules against the naive join and plain copies at two sizes, then growth in VMs and in GPUs."""
    prometheus, promtool = components.find("prometheus"), components.find("promtool")
    if not prometheus or not promtool:
        raise CannotMeasure("no prometheus and promtool: python tests/components.py fetch")
    rendering = rule_files.rendered()
    specs = [rule.spec for group in rendering.rules.groups for rule in group.rules]
    taken: dict[tuple[int, int], float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in (LARGE, FEW_VMS, FEW_GPUS):
            data = Path(folder) / f"{size[0]}-{size[1]}"
            metrics = clusters.build(*size, promtool, data)
            files = {"rules": RuleFile(rendering.text, f"count({POWER})")}
            if size != FEW_GPUS:
                naive = f"count({rule_files.naive_record(POWER)})"
                files["naive"] = RuleFile(rule_files.naive(specs, metrics), naive)
                copied = 'count({__name__=~"copy:.+POWER.+"})'
                files["copies"] = RuleFile(rule_files.copies(specs, metrics), copied)
            seconds = measure(prometheus, data, files, size[1])
            taken[size] = seconds["rules"]
            what = f"rules at {size[0]} VMs, {size[1]} GPUs"
            if size != FEW_GPUS:
                yield Ratio(what, seconds["rules"], "the join in each rule", seconds["naive"], 0.35)
                yield Ratio(what, seconds["rules"], "plain copies", seconds["copies"], 3)
            shutil.rmtree(data)
    yield Ratio("10000 VMs", taken[LARGE], "1000 VMs, 2000 GPUs each", taken[FEW_VMS], None)
    yield Ratio("2000 GPUs", taken[LARGE], "1000 GPUs, 10000 VMs each", taken[FEW_GPUS], None)


def levels() -> Iterator[Ratio]:
    """The default rules with all levels above the VM, against the default rules."""
    prometheus, promtool = components.find("prometheus"), components.find("promtool")
    if not prometheus or not promtool:
        raise CannotMeasure("no prometheus and promtool: python tests/components.py fetch")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        clusters.build(*LARGE, promtool, data)
        seconds = {
            name: measure(prometheus, data, {name: RuleFile(rendering.text, f"count({POWER})")}, LARGE[1])[name]
            for name, rendering in {
                "default": rule_files.rendered(),
                "levels": rule_files.rendered(Config(rules=RulesSection(levels=ALL_LEVELS))),
            }.items()
        }
    what = f"with namespace, node and cluster at {LARGE[0]} VMs, {LARGE[1]} GPUs"
    yield Ratio(what, seconds["levels"], "the default rules", seconds["default"], None)


def measure(
    prometheus: Path,
    data: Path,
    files: Mapping[str, RuleFile],
    gpus: int,
    evaluations: int = EVALUATIONS,
    interval: int = INTERVAL,
) -> dict[str, float]:
    """Seconds that one evaluation of each file takes: the fastest of several for each rule, summed.

    One Prometheus evaluates all of them in turn, so that they share what disturbs the machine. Raises CannotMeasure
    where a rule fails, or where a file does not record every GPU.
    """
    texts = {name: file.text for name, file in files.items()}
    with (
        tempfile.TemporaryDirectory(dir=data.parent) as folder,
        _server(prometheus, data, texts, Path(folder), interval) as url,
    ):
        taken: dict[tuple[str, int], dict[str, float]] = {}
        deadline = time.monotonic() + PATIENCE
        while not taken or any(len(found) <= evaluations for found in taken.values()):
            if time.monotonic() > deadline:
                raise CannotMeasure(f"Prometheus evaluated too seldom in {PATIENCE} s")
            time.sleep(1)
            for place, rule in _rules(url):
                if rule["health"] == "err":
                    raise CannotMeasure(f"{rule['name']} failed: {rule['lastError']}")
                found = taken.setdefault(place, {})
                if rule["health"] == "ok":
                    found[rule["lastEvaluation"]] = rule["evaluationTime"]
        for file in files.values():
            if (count := _query(url, file.watched)) != gpus:
                raise CannotMeasure(f"{file.watched} is {count}, not {gpus}")
    fastest = {place: min(list(found.values())[1:]) for place, found in taken.items()}
    return {name: sum(value for (file, _), value in fastest.items() if file == name) for name in files}


def _rules(url: str) -> Iterator[tuple[tuple[str, int], dict[str, Any]]]:
    """Every rule with its file and its number in it."""
    for group in _data(f"{url}/api/v1/rules")["groups"]:
        for number, rule in enumerate(group["rules"]):
            yield (Path(group["file"]).stem, number), rule


def _query(url: str, expression: str) -> float:
    """The number that ``expression`` gives now; 0 where it gives nothing."""
    result = _data(f"{url}/api/v1/query?{urllib.parse.urlencode({'query': expression})}")["result"]
    return float(result[0]["value"][1]) if result else 0


def _data(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)["data"]


@contextmanager
def _server(prometheus: Path, data: Path, rules: Mapping[str, str], folder: Path, interval: int) -> Iterator[str]:
    """A Prometheus on loopback over a copy of ``data``; yields its address."""
    shutil.copytree(data, folder / "data")
    for name, text in rules.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    configuration = f"global: {{evaluation_interval: {interval}s}}\nrule_files: ['*.yaml']\n"
    (folder / "prometheus.yml").write_text(configuration, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    command = [
        str(prometheus),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--query.lookback-delta=1h",
        "--log.level=error",
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _wait_until_ready(process, f"http://127.0.0.1:{port}", folder / "log")
            yield f"http://127.0.0.1:{port}"
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
