"""All default counters over each collection path, on every promtool; the other proof of the paths tells every story
with a few counters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import test_proof_paths as paths

import promtool_runs
from gpurules.rules.paths.registry import PATHS
from gpurules.scenario.quantities import DEFAULT_FIELDS

CASES = (
    "owners of pods",
    "sidecar",
    "vsock-exporter",
    "host, mapped",
    "remote",
    "single-vm-node",
    "three paths",
    "inline",
)
"""One for each path and identity, and the unions."""
STORIES = ("steady", "migration", "mig", "mixed_exporters", "vgpu", "left_behind")
"""Every kind of sender; what happens to the identities is told with a few counters."""


@pytest.mark.parametrize("name", CASES)
def test_all_counters_over_every_path(promtools: dict[str, Path], name: str) -> None:
    case = replace(paths.CASES[name], stories=STORIES)
    release = case.releases[-1]
    rules, texts = paths.rules_of(case, release, few=False), paths.texts_of(case, release, few=False)
    for version, promtool in promtools.items():
        failed = promtool_runs.failures(promtool, rules.rules, texts)
        assert not failed, f"promtool {version}\n" + "\n".join(f"{what}: {said}" for what, said in failed.items())


def test_every_path_and_counter_is_there() -> None:
    cases = [paths.CASES[name] for name in CASES]
    assert {path for case in cases for path in case.paths} == set(PATHS)
    for case in cases:
        specs = paths.rules_of(case, case.releases[-1], few=False).specs
        assert {field for spec in specs if spec.role == "field" for field in spec.fields} == set(DEFAULT_FIELDS)
