"""``gpurules lint`` of 10,000 join rules against ``promtool check rules`` on the same file."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ratio import Ratio

import components
from gpurules.catalog.load import load_catalog

RULES = 10_000
RUNS = 5
MEMORY = 300
"""Megabytes of all processes together."""

IDENTITY = (
    "max by (namespace, name, node, pod) "
    '(label_replace(kubevirt_vmi_info{phase="running", vmi_pod!="", vmi_pod!="<none>"}, '
    '"pod", "$1", "vmi_pod", "(.+)"))'
)
JOINS = (
    "max by (namespace, name, node, UUID, GPU_I_ID, gpu) (max by (namespace, pod, UUID, GPU_I_ID, gpu) "
    '({metric}{{job="guests-{number}"}}) * on (namespace, pod) group_left (name, node) {identity})',
    'max by (namespace, name, UUID) (max by (namespace, pod, UUID) ({metric}{{namespace="tenant-{number}"}}) '
    "* on (namespace, pod) group_left (name) max by (namespace, pod, name) ({identity}))",
    "avg by (namespace, name) (avg by (namespace, pod) (avg_over_time({metric}[5m])) "
    "* on (namespace, pod) group_left (name) {identity})",
)


def lint() -> Iterator[Ratio]:
    """Time with two processes and with one, each against promtool in turn; then the memory of all processes."""
    promtool = str(components.find("promtool") or "promtool")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "joins.yaml"
        path.write_text(joins(), encoding="utf-8")
        for jobs, limit in ((2, 3.0), (1, 5.0)):
            ours, theirs = [], []
            for _ in range(RUNS):
                ours.append(_seconds([sys.executable, "-m", "gpurules", "lint", "--jobs", str(jobs), str(path)]))
                theirs.append(_seconds([promtool, "check", "rules", str(path)]))
            what = f"lint {RULES:,} join rules, {jobs} process{'es' if jobs > 1 else ''}"
            yield Ratio(what, min(ours), "promtool check rules", min(theirs), limit)
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    verdict = "ok" if 2 * used <= MEMORY else "OVER"
    print(f"{2 * used:7.0f}  {MEMORY:>6}  {verdict:<4}  MB of lint with two processes: twice the largest process seen")


def joins() -> str:
    """A rule file of correct joins over every field of a GPU."""
    fields = (field for field in load_catalog().fields if field.kind.value in ("gauge", "ratio", "counter"))
    metrics = [name for field in fields if field.entity.value == "gpu" for name in field.names]
    lines = ["groups:"]
    for number in range(RULES):
        if number % 100 == 0:
            lines.append(f"  - name: joins-{number // 100}\n    rules:")
        join = JOINS[number % len(JOINS)]
        expression = join.format(metric=metrics[number % len(metrics)], number=number, identity=IDENTITY)
        operation = "avg" if expression.startswith("avg") else "max"
        lines.append(f"      - record: vmi:kubevirt_vmi_gpu_m{number}:{operation}\n        expr: '{expression}'")
    return "\n".join(lines) + "\n"


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    return time.perf_counter() - start
