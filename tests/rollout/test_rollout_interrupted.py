"""Apply, interrupted at each of its steps: it ends without a traceback, and the same run can be repeated."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aiohttp import web
from rollout_cluster import NAMESPACE, Cluster, cluster

from kubernetes_api.server import TOKEN

OURS = {"app.kubernetes.io/managed-by": "gpurules", "app.kubernetes.io/instance": "gpurules"}
OBSOLETE = {
    "apiVersion": "monitoring.coreos.com/v1",
    "kind": "PrometheusRule",
    "metadata": {"name": "gpurules-2", "namespace": NAMESPACE, "labels": OURS},
    "spec": {"groups": []},
}
STEPS = [
    ("server", "GET", "/version", []),
    ("permission", "POST", "selfsubjectaccessreviews", []),
    ("dry run", "PATCH", "dryRun=All", []),
    ("who evaluates", "GET", "/prometheuses", []),
    ("write", "PATCH", "fieldValidation=Strict", []),
    ("prune", "DELETE", "gpurules-2", ["gpurules created"]),
    ("operator", "GET", "watch=true", ["gpurules created", "gpurules-2 pruned"]),
    ("Prometheus", "GET", "/proxy/", ["gpurules created", "gpurules-2 pruned", "gpurules is accepted"]),
]


def command(here: Cluster, *words: str) -> list[str]:
    counters = here.config.dcgm.counters[0]
    flags = ("--namespace", NAMESPACE, "--counters", counters, "--honor-labels", "false", "--prune")
    return [sys.executable, "-m", "gpurules", "apply", *flags, "--kubeconfig", here.access.kubeconfig, *words]


@pytest.mark.parametrize(("method", "part", "said"), [row[1:] for row in STEPS], ids=[row[0] for row in STEPS])
def test_it_can_be_repeated(tmp_path: Path, method: str, part: str, said: list[str]) -> None:
    reached = []

    async def hang(request: web.Request) -> None:
        trial = "dryRun" in request.path_qs
        if request.method == method and part in request.path_qs and trial == ("dryRun" in part):
            reached.append(part)
            await asyncio.sleep(60)

    with cluster(tmp_path / "cluster") as here:
        here.server.operator_pause = 5.0 if part == "watch=true" else 0.0
        here.server.store.add("prometheusrules", OBSOLETE)
        here.server.moods.append(hang)
        words = command(here, "--prometheus", f"k8s://{NAMESPACE}/prometheus:9090")
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        process = subprocess.Popen(words, stdout=-1, stderr=-1, text=True, cwd=tmp_path, env=environment)
        while not reached and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert reached
        assert process.returncode == 130
        assert [
            line.removeprefix(f"PrometheusRule {NAMESPACE}/").partition(" by")[0] for line in out.splitlines()
        ] == said
        assert "Traceback" not in err
        assert TOKEN not in out + err
        assert bool(here.server.writes()) is (bool(said) or part == "fieldValidation=Strict")
        here.server.moods.clear()
        here.server.operator_pause = 0.0
        subprocess.run(command(here, "--wait", "5s"), check=True, cwd=tmp_path, env=environment, timeout=60)
        assert here.rule()
        assert here.rule("gpurules-2") is None
