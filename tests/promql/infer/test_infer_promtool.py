"""The failures that the inference predicts, held against the real engine on series that end, restart and overlap."""

from __future__ import annotations

import json
import random
import re
import subprocess
from pathlib import Path

import pytest

import components
from gpurules.promql.infer.engine import infer
from gpurules.promql.syntax.parser import parse
from gpurules.promql.syntax.printer import to_text
from gpurules.promql.types import Guard, SeriesType
from promql_model import NAME
from promql_notation import series
from promql_random import MINUTES, World, vector, world

TYPES = {
    "info": series(
        "ns name node phase pod vmpod? | ns name pod~, ns name node phase pod vmpod | ns vmpod > name node",
        guards=[Guard("vmpod", "!=", "")],
    ),
    "gpu_power": series("ns pod gpu mig? job | ns pod gpu mig~"),
    "gpu_energy": series("ns pod gpu mig? job | ns pod gpu mig~"),
    "owner": series("ns pod name node | ns pod"),
    "team": series("ns team | ns"),
}

MOVED = 'name="v", phase="running", ns="a"'
"""The machine ``v`` of namespace ``a`` moves from node n1 to n2 after five minutes; the old series ends."""

SERIES = {
    f'info{{{MOVED}, node="n1", vmpod="p1", pod="c1"}}': "1x5 stale",
    f'info{{{MOVED}, node="n2", vmpod="p2", pod="c1"}}': "_x6 1x20",
    # The controller fails over: both replicas show the same machine for a while.
    f'info{{{MOVED}, node="n2", vmpod="p2", pod="c2"}}': "_x8 1x20",
    'info{name="w", phase="running", ns="a", node="n1", vmpod="p3", pod="c1"}': "1x30",
    # Two machines of one namespace without a launcher pod, on one node.
    'info{name="x", phase="pending", ns="b", node="n1", pod="c1"}': "1x30",
    'info{name="y", phase="pending", ns="b", node="n1", pod="c1"}': "1x30",
    'gpu_power{ns="a", pod="p1", gpu="0", job="d"}': "100x5 stale",
    'gpu_power{ns="a", pod="p2", gpu="0", job="d"}': "_x6 100x20",
    'gpu_power{ns="a", pod="p2", gpu="1", job="d"}': "_x6 100x20",
    'gpu_power{ns="a", pod="p3", gpu="0", job="d"}': "100x30",
    'gpu_energy{ns="a", pod="p2", gpu="0", job="d"}': "_x6 0+10x20",
    'gpu_energy{ns="a", pod="p3", gpu="0", job="d"}': "0+10x30",
    'gpu_energy{ns="a", pod="p3", gpu="1", mig="5", job="d"}': "0+10x30",
    # One counter is older than the other.
    'gpu_power{ns="a", pod="p4", gpu="0", job="d"}': "_x6 100x20",
    'gpu_energy{ns="a", pod="p4", gpu="0", job="d"}': "0+10x30",
    'owner{ns="a", pod="p1", name="v", node="n1"}': "1x5 stale",
    'owner{ns="a", pod="p2", name="v", node="n2"}': "_x6 1x20",
    'owner{ns="a", pod="p3", name="w", node="n1"}': "1x30",
    # A second pod of the same machine on the same node.
    'owner{ns="a", pod="p5", name="w", node="n1"}': "1x30",
    'team{ns="a", team="red"}': "1x30",
    'team{ns="b", team="blue"}': "1x30",
}

FRESH = 'topk by (ns, name) (1, timestamp(info{vmpod!=""}))'
IDENTITY = f'group by (ns, pod, name, node) (label_replace({FRESH}, "pod", "$1", "vmpod", "(.+)"))'

SAFE = [
    "gpu_power * on (ns, pod) group_left (name, node) owner",
    f"gpu_power * on (ns, pod) group_left (name, node) ({IDENTITY})",
    "max by (ns, pod, gpu) (gpu_power) * on (ns, pod) group_left (name, node) last_over_time(owner[10m])",
    "rate(gpu_energy[5m])",
    "rate(gpu_energy[5m]) * on (ns, pod) group_left (name) owner",
    "max by (ns, pod, gpu) (rate(gpu_energy[5m]) or rate(gpu_power[5m])) / 1000",
    "gpu_power or gpu_energy",
    "(gpu_power or gpu_energy) * 2",
    "(owner or owner offset 5m) * on (ns) group_left (team) team",
    "gpu_power * on (ns, pod) group_left (name) (owner or owner offset 5m)",
    "{__name__=~'gpu_power|gpu_energy'} > 1",
    "max by (ns, pod) ({__name__=~'gpu_power|gpu_energy'})",
    "last_over_time({__name__=~'gpu_power|gpu_energy'}[5m])",
    "count(gpu_power unless on (ns, pod) owner) or vector(0)",
    "owner * on (ns) group_left (team) team",
    "team * on (ns) group_right () owner",
    "team / ignoring (team) sum by (ns) (gpu_power)",
    "sum by (ns, name, node) (owner) / on (ns, name, node) (sum by (ns, name, node) (owner) > 0)",
    "label_replace(owner, 'name', '$1', 'pod', '(.+)')",
    "label_replace(info, 'controller', '$1', 'pod', '(.+)')",
    "label_replace({__name__=~'gpu_power|gpu_energy'}, 'metric', '$1', '__name__', '(.+)') * 2",
    f"{FRESH} * on (ns, name) group_right () (max by (ns, name, node) (info))",
    "sum(absent(nothing{a='b'})) or vector(0)",
    "count_values by (ns) ('v', gpu_power) * 2",
]

UNSAFE = [
    ("{__name__=~'gpu_power|gpu_energy'} * 2", "E1"),
    ("rate({__name__=~'gpu_power|gpu_energy'}[5m])", "E1"),
    ("-{__name__=~'gpu_power|gpu_energy'}", "E1"),
    ("max_over_time((gpu_power or gpu_energy)[5m:1m])", "E1"),
    ("label_replace(owner, 'pod', '', '', '')", "E1"),
    ("label_replace(info{phase='pending'}, 'name', '$1', 'node', '(.+)')", "E1"),
    ("label_replace(info, 'pod', '$1', 'vmpod', '(.+)')", "E1"),
    ("label_join(gpu_power, 'gpu', '-', 'ns', 'pod')", "E1"),
    ("gpu_power * on (ns) group_left (name) owner", "E2"),
    ("team * on (ns) owner", "E2"),
    ("gpu_power * on (ns, pod) group_left (name) label_replace(info, 'pod', '$1', 'vmpod', '(.*)')", "E1"),
    (
        "max by (ns, name) (info) * on (ns, name) group_left (node)"
        " last_over_time(topk by (ns, name) (1, info{phase='running'})[10m:1m])",
        "E2",
    ),
    ("team * on (ns) group_left (node) max by (ns, name, node) (info)", "E2"),
    ("max by (ns, name) (info) * on (ns, name) group_left () max_over_time(info[10m])", "E2"),
    ("max by (ns, name) (info) * on (ns, name) group_left () (info or info offset 5m)", "E2"),
    ("owner * on (ns) team", "E3"),
    ("max by (ns, pod, gpu) (gpu_power) * on (ns, pod) owner", "E3"),
    ("rate(gpu_energy[5m]) * on (ns, pod) owner", "E3"),
    ("max by (ns, pod, gpu) (gpu_power) * on (ns, pod) group_left (gpu) owner", "E4"),
    ("owner * on (ns) group_left (pod) team", "E4"),
    ("{__name__=~'gpu_power|gpu_energy'} * on (ns, pod) group_left (name) owner", "E4"),
]

TEXTS = {
    "E1": "vector cannot contain metrics with the same labelset",
    "E2": "found duplicate series for the match group",
    "E3": "many-to-one matching must be explicit",
    "E4": "grouping labels must ensure unique matches",
}
TIMES = ("4m", "7m", "9m", "15m")
NOTHING_LIKE_IT = [{"labels": "expected_by_nobody", "value": 1}]
EXPRESSION = re.compile(r'\s*expr: ("(?:[^"\\]|\\.)*"), time: \S+?, *(err: .*)?$')
RANDOM = 150
NEWER = re.compile("limit|first_over_time|fill|sort_by")
"""What the oldest release that the tests use does not know."""


class Known:
    """The metrics above."""

    def type_of(self, metric: str) -> SeriesType | None:
        return TYPES.get(metric)


def predicted(text: str) -> list[str]:
    inference = infer(parse(text), Known())
    assert not inference.unproved
    return [failure.code for failure in inference.failures]


@pytest.fixture(scope="module")
def promtool() -> Path:
    return components.require("promtool")


def refused_by(promtool: Path, folder: Path, tests: list[dict[str, object]]) -> dict[str, set[str]]:
    """What promtool says of each expression that it refuses at run time; ``tests`` expect nothing that comes true."""
    path = folder / "test.yaml"
    path.write_text(json.dumps({"evaluation_interval": "1m", "tests": tests}), encoding="utf-8")
    done = subprocess.run([promtool, "test", "rules", path], capture_output=True, text=True, check=False, timeout=60)
    found: dict[str, set[str]] = {}
    said = done.stdout + done.stderr
    lines = [EXPRESSION.match(line) for line in said.splitlines()]
    for line in lines:
        if line and line[2]:
            found.setdefault(json.loads(line[1]), set()).add(line[2])
    assert any(line and not line[2] for line in lines), said[:4000]
    assert not any("parse error" in text for texts in found.values() for text in texts), found
    return found


@pytest.fixture(scope="module")
def refusals(promtool: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What promtool says of each expression of the tables, at any of the times."""
    asked = [
        {"expr": text, "eval_time": time, "exp_samples": NOTHING_LIKE_IT}
        for text in (*SAFE, *(text for text, _ in UNSAFE))
        for time in TIMES
    ]
    shown = [{"series": key, "values": values} for key, values in SERIES.items()]
    folder = tmp_path_factory.mktemp("table")
    return refused_by(promtool, folder, [{"interval": "1m", "input_series": shown, "promql_expr_test": asked}])


@pytest.mark.parametrize("text", SAFE)
def test_what_is_called_safe_does_not_fail(text: str, refusals: dict[str, set[str]]) -> None:
    assert predicted(text) == []
    assert text not in refusals


@pytest.mark.parametrize(("text", "code"), UNSAFE)
def test_what_fails_was_predicted(text: str, code: str, refusals: dict[str, set[str]]) -> None:
    assert code in predicted(text)
    assert any(TEXTS[code] in said for said in refusals.get(text, ())), refusals.get(text)


def test_random_expressions_that_are_called_safe_do_not_fail(promtool: Path, tmp_path: Path) -> None:
    tests = []
    texts: dict[str, bool] = {}
    for seed in range(RANDOM):
        rng = random.Random(seed)
        there = world(rng)
        expression = vector(rng, rng.randint(1, 4))
        text = to_text(expression)
        if not NEWER.search(text):
            texts[text] = infer(expression, there).safe and texts.get(text, True)
            tests.append(as_test(there, text))
    refused = refused_by(promtool, tmp_path, tests)
    assert [text for text, safe in texts.items() if safe and text in refused] == []
    assert len(refused) >= 3


def as_test(there: World, text: str) -> dict[str, object]:
    """A test of promtool that shows a history, one minute after the other."""
    values: dict[str, list[str]] = {}
    for minute, alive in enumerate(there.history):
        for labels in alive:
            pairs = dict(labels)
            named = pairs.pop(NAME)
            selector = named + "{" + ",".join(f"{label}={json.dumps(pairs[label])}" for label in sorted(pairs)) + "}"
            values.setdefault(selector, ["stale"] * MINUTES)[minute] = "1"
    for samples in values.values():
        first = samples.index("1")
        samples[:first] = ["_"] * first
    return {
        "interval": "1m",
        "input_series": [{"series": key, "values": " ".join(samples)} for key, samples in sorted(values.items())],
        "promql_expr_test": [
            {"expr": text, "eval_time": f"{minute}m", "exp_samples": NOTHING_LIKE_IT} for minute in range(MINUTES)
        ],
    }
