"""A scenario that is scraped live: a server on loopback plays the targets, and Prometheus scrapes them each second."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import doctor_cluster

from gpurules.scenario.model import Cluster
from gpurules.scenario.openmetrics import pages_at
from gpurules.scenario.scrape import honors
from gpurules.scenario.target import Target
from loopback import serving_pages

PATIENCE = 30


@contextmanager
def scraped(
    cluster: Cluster,
    honor: bool,
    prometheus: Path,
    folder: Path,
    rules: str = "",
    only: Callable[[Target], bool] = lambda target: True,
    external: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[str]:
    """A Prometheus that scrapes ``only`` some targets of ``cluster`` and evaluates ``rules``; yields its address once
    both have begun. ``external``: labels that it adds to what it gives to others."""
    folder.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    answering = {target: page for target, page in pages_at(cluster, 0).items() if only(target)}
    targets = list(answering)

    def page(path: str) -> str | None:
        return pages_at(cluster, time.monotonic() - started)[targets[int(path.strip("/"))]]

    with serving_pages(page) as server:
        jobs = [
            {
                "job_name": f"target-{number}",
                "honor_labels": honors(target, honor),
                "metrics_path": f"/{number}",
                "static_configs": [{"targets": [f"127.0.0.1:{server.port}"], "labels": dict(target.labels)}],
            }
            for number, target in enumerate(targets)
        ]
        timing = {"scrape_interval": "1s", "scrape_timeout": "900ms", "evaluation_interval": "1s"}
        (folder / "rules.yaml").write_text(rules or "groups: []\n", encoding="utf-8")
        whole = {
            "global": {**timing, "external_labels": dict(external)},
            "rule_files": ["rules.yaml"],
            "scrape_configs": jobs,
        }
        with doctor_cluster.prometheus_on(prometheus, folder, json.dumps(whole)) as url:
            wait_until(lambda: count(url, "up == 1") >= sum(page is not None for page in answering.values()))
            yield url


@contextmanager
def seen_together(urls: Iterable[str], prometheus: Path, folder: Path) -> Iterator[str]:
    """A Prometheus that reads what others hold, with their external labels, and has nothing of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    reads = [{"url": f"{url}/api/v1/read", "read_recent": True} for url in urls]
    with doctor_cluster.prometheus_on(prometheus, folder, json.dumps({"remote_read": reads})) as url:
        yield url


def count(url: str, expression: str) -> int:
    """How many series ``expression`` has now."""
    from urllib.parse import quote

    found = json.loads(doctor_cluster.get(f"{url}/api/v1/query?query={quote(expression)}"))
    return len(found["data"]["result"])


def wait_until(true: Callable[[], bool]) -> None:
    """Until it is true, or patience ends."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.3)
