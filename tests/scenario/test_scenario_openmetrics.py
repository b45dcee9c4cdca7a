"""Worlds as text, for live servers and for promtool's backfill."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

from gpurules.scenario.fleet import SINGLE, cluster, exporter
from gpurules.scenario.model import Period, labels_of
from gpurules.scenario.openmetrics import backfill, page, pages_at, steady_backfill
from gpurules.scenario.quantities import POWER
from gpurules.scenario.target import Sample


def test_a_page_keeps_metrics_together_and_escapes_values() -> None:
    samples = [
        Sample(labels_of({"__name__": "a", "l": 'x"\\\n'}), 1),
        Sample(labels_of({"__name__": "b"}), 0.5),
        Sample(labels_of({"__name__": "a"}), 2.0),
    ]

    assert page(samples) == '# TYPE a untyped\na{l="x\\"\\\\\\n"} 1\na 2.0\n# TYPE b untyped\nb 0.5\n'
    assert page([]) == ""


def test_pages_of_a_moment() -> None:
    silent = replace(SINGLE, exporter=replace(exporter((POWER,)), answers=(Period(0, 10),)))
    guests = {moment: pages_at(cluster(silent), moment) for moment in (0, 10)}
    texts = {
        moment: [text for target, text in found.items() if target.kind == "guest"] for moment, found in guests.items()
    }

    assert [text and text.count("DCGM_FI_DEV_POWER_USAGE{") for text in texts[0]] == [1]
    assert texts[10] == [None]


def test_backfill_is_read_by_promtool(promtool: Path, tmp_path: Path) -> None:
    lines = list(backfill(cluster(SINGLE), False, 1_700_000_000, 45))
    (tmp_path / "world.om").write_text("".join(lines), encoding="utf-8")

    done = subprocess.run(
        [promtool, "tsdb", "create-blocks-from", "openmetrics", "world.om", "data"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert lines[-1] == "# EOF\n"
    assert sum(line.startswith("DCGM_FI_DEV_POWER_USAGE{") for line in lines) == 4


def test_the_short_way_for_large_clusters_writes_the_same() -> None:
    long = {line for line in backfill(cluster(), False, 1_700_000_000, 120) if not line.startswith(("#", "up"))}
    short = "".join(steady_backfill(cluster(), False, 1_700_000_000, 120)).splitlines(keepends=True)

    assert numbers({line for line in short if not line.startswith("#")}) == numbers(long)


def numbers(lines: set[str]) -> set[tuple[str, float, str]]:
    """Series, number and time stamp of each line."""
    split = (line.rsplit(" ", 2) for line in lines)
    return {(series, float(value), stamp) for series, value, stamp in split}
