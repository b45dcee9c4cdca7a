"""The levels above the VM over the collection paths, alone and together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import test_proof_paths as paths

import promtool_runs
import rendered
from gpurules.app.rendering import render
from gpurules.config.model import Config, DcgmSection, KubevirtSection, OutputSection, RulesSection
from gpurules.scenario.kube_state import GPU_RESOURCE
from gpurules.scenario.promtool import rule_test

LEVELS = ("vmi_gpu", "vmi", "namespace", "node", "cluster")
STORIES = ("steady", "migration", "restart", "prometheus_restart", "mig", "mixed_exporters", "shared_uuid")
NAMES = (
    "owners of pods",
    "vsock-exporter",
    "host, mapped",
    "host, unmapped",
    "remote by address",
    "single-vm-node",
    "three paths",
    "hosts beside guests",
)


def rules_of(case: paths.Case, release: str) -> rendered.Rendered:
    """The rules of a case with all levels."""
    return rendered.of(
        render(
            Config(
                dcgm=DcgmSection(counters=(str(paths.COUNTERS),), honor_labels=case.honor),
                kubevirt=KubevirtSection(
                    release=release, gpu_resources=(GPU_RESOURCE,) if case.kube_state(release) else ()
                ),
                rules=RulesSection(paths=case.paths, levels=LEVELS),
                output=OutputSection(format="rules"),
            )
        )
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_gpu_counts_once_whichever_way_it_comes(promtool: Path, name: str) -> None:
    case = replace(paths.CASES[name], stories=STORIES)
    release = case.releases[-1]
    told, facts = rules_of(case, release), paths.rules_for(case, release)
    texts = {
        story: promtool_runs.text_of(
            rule_test(paths.story(story, case, release), told.specs, case.honored, facts), told.groups
        )
        for story in STORIES
    }

    failed = promtool_runs.failures(promtool, told.rules, texts)
    assert not failed, "\n".join(f"{what}: {said}" for what, said in failed.items())
