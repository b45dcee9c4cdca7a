"""What configurations ask for is told and passes: paths, releases, scrapes, labels, windows, levels, presets, seeds.

A few stories each; all stories over all paths are told in the proofs. Every gap is named here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import components
import vmalert_runs
from gpurules.app.test import Prepared, Request, prepare, program_for, run
from gpurules.app.test_files import files
from gpurules.config.model import Config, DcgmSection, KubevirtSection, RecordSetting, RulesSection
from gpurules.proving.judges import JUDGES
from gpurules.proving.plan import variants
from gpurules.proving.report.registry import reporter

LEVELS = ("vmi_gpu", "vmi", "namespace", "node", "cluster")
STORIES = ("steady", "migration")
FEW = str(Path(__file__).parents[1] / "proof" / "few-counters.csv")
ONE = str(Path(__file__).parent / "one-counter.csv")
ENERGY = str(Path(__file__).parent / "energy-counter.csv")
ENTITIES = str(Path(__file__).parents[1] / "proof" / "entities-counters.csv")
WITH_GPUS = KubevirtSection(gpu_resources=("nvidia.com/A10",))


@dataclass(frozen=True)
class Case:
    """A configuration, the stories that it is tested with, what must be in a test, and reasons of gaps."""

    config: Config
    stories: tuple[str, ...] = STORIES
    contains: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    seed: int = 0


def few(*paths: str, honor: str = "false", kubevirt: KubevirtSection = WITH_GPUS, **rules: object) -> Config:
    """A few counters over ``paths``."""
    section = RulesSection(paths=paths or ("pod-network",), **rules)  # type: ignore[arg-type]
    return Config(dcgm=DcgmSection(counters=(FEW,), honor_labels=honor), kubevirt=kubevirt, rules=section)


OUTAGES = ("prometheus_restart", "restart_unseen")
SIX = ("pod-network", "vsock-sidecar", "vsock-exporter", "host", "remote", "single-vm-node")
CASES = {
    "defaults": Case(Config(), ("steady", "mixed_exporters", "spoofing", "forged_source")),
    "six paths": Case(few(*SIX), (*STORIES, *OUTAGES, "containers")),
    "six paths in another order": Case(few(*reversed(SIX), honor="auto"), (*STORIES, "nested")),
    "honored": Case(few("pod-network", "vsock-exporter", honor="true"), (*STORIES, "nested")),
    "KubeVirt v1.3": Case(few(kubevirt=KubevirtSection(release="v1.3")), (*STORIES, "restart", "left_behind")),
    "KubeVirt v1.4 by address": Case(
        few("remote", kubevirt=KubevirtSection(release="v1.4")), ("steady", "same_address", "address_passed_on")
    ),
    "KubeVirt v1.5.1": Case(
        few(kubevirt=KubevirtSection(release="v1.5.1")), ("no_vmi_pod",), ('vmi_pod=\\"<none>\\"',)
    ),
    "exporters of today": Case(
        Config(dcgm=DcgmSection(exporters=("4.5.3-4.8.2",), honor_labels="false")),
        ("exporter_upgrade", "mixed_exporters"),
        ("DCGM_FI_DEV_POWER_USAGE{",),
    ),
    "exporters of tomorrow": Case(
        Config(dcgm=DcgmSection(exporters=("4.6.1-4.8.4",), honor_labels="false")),
        ("exporter_upgrade", "mixed_exporters"),
        ('hostname=\\"guest\\"', "DCGM_FI_DEV_BOARD_POWER_WATTS{"),
    ),
    "several clusters": Case(
        few("pod-network", "remote", cluster_label="region", levels=LEVELS),
        (*STORIES, "containers", "shared_uuid", "failover_gap"),
        ('region=\\"home\\"', 'region=\\"elsewhere\\"'),
    ),
    "labels that are copied": Case(
        few("pod-network", "vsock-exporter", kubevirt=KubevirtSection(copy_labels=("instance_type", "os"))),
        (*STORIES, "no_vm"),
        ('instance_type=\\"instance_type-1\\"', 'os=\\"os-0\\"'),
    ),
    "copied from another source": Case(
        few(kubevirt=KubevirtSection(release="v1.4", copy_labels=("os",))), ("steady", "no_vm", "failover_gap")
    ),
    "renamed, combined, skipped": Case(
        few(
            levels=LEVELS,
            fields={
                "DCGM_FI_DEV_POWER_USAGE": RecordSetting(combine="max", rename="vmi_gpu_board_watts"),
                "DCGM_FI_DEV_XID_ERRORS": RecordSetting(skip=True),
            },
        ),
        (*STORIES, "mig"),
        ("vmi:kubevirt_vmi_gpu_board_watts:max",),
    ),
    "a long rate window": Case(few(rate_window="20m", levels=LEVELS), (*STORIES, "guest_lost", "left_behind")),
    "energy from its counter, over seven minutes": Case(
        Config(
            dcgm=DcgmSection(counters=(ENERGY,), honor_labels="false"),
            rules=RulesSection(rate_window="7m", levels=LEVELS, paths=("pod-network",)),
        ),
        (*STORIES, "gpu_lost", "bursts", "old_labels_in_motion", "counter_reset", "boot"),
        seed=1,
    ),
    "a short rate window": Case(
        Config(
            dcgm=DcgmSection(counters=(FEW,), collection_interval="10s", honor_labels="false"),
            rules=RulesSection(rate_window="90s"),
        )
    ),
    "evaluated every two minutes": Case(
        few(interval="2m", levels=LEVELS), (*STORIES, *OUTAGES), ("evaluation_interval: 120s",)
    ),
    "evaluated every seven seconds": Case(few(interval="7s"), ("steady", "failover_gap")),
    "evaluated twice a second": Case(few(interval="500ms"), ("steady",), ("evaluation_interval: 1s",)),
    "a rate window of less than two scrapes": Case(
        Config(
            dcgm=DcgmSection(counters=(FEW,), collection_interval="1s", honor_labels="false"),
            rules=RulesSection(rate_window="8s"),
        ),
        gaps=("stories are scraped every 15 s: nothing is rated over 8 s",),
    ),
    # A GPU that is lost says nothing but its last error.
    "counters without errors": Case(
        Config(dcgm=DcgmSection(counters=(ONE,), honor_labels="false")), ("gpu_lost", "idle_gpu", "vgpu", "mig")
    ),
    "groups by subsystem": Case(few(groups="subsystem", group_size=5, levels=LEVELS)),
    "inline": Case(few("pod-network", "remote", identity="inline"), (*STORIES, "restart")),
    "both emitters": Case(
        few(kubevirt=KubevirtSection(observer_selector='job="virt-observability-controller-metrics"')),
        ("two_emitters", "observer_only"),
    ),
    "matchers": Case(
        Config(
            dcgm=DcgmSection(
                counters=(FEW,),
                selector='job=~"guests-.+|more", env!="test"',
                path_selectors={"remote": 'zone="dmz"'},
                honor_labels="false",
            ),
            kubevirt=KubevirtSection(info_selector='job="kubevirt"', release="v1.6"),
            rules=RulesSection(paths=("vsock-exporter", "remote")),
        ),
        (*STORIES, "containers", "same_address", "address_passed_on"),
        ('zone=\\"dmz\\"', 'job=\\"guests-x\\"', 'job=\\"kubevirt\\"'),
    ),
    "other labels for the VM": Case(
        Config(
            dcgm=DcgmSection(counters=(FEW,), vm_name_label="vm", vm_namespace_label="tenant", honor_labels="false"),
            rules=RulesSection(paths=("vsock-exporter", "remote")),
        ),
        contains=('tenant=\\"research\\"', 'vm=\\"train\\"'),
    ),
    "chargeback": Case(Config(rules=RulesSection(preset="chargeback")), ("steady", "restart")),
    "vep254": Case(Config(rules=RulesSection(preset="vep254")), ("steady", "mig")),
    "everything": Case(
        Config(
            dcgm=DcgmSection(honor_labels="false", exporters=("4.6.1-4.8.4",)),
            rules=RulesSection(preset="full", levels=("vmi_gpu", "vmi")),
        ),
        ("mig", "migration"),
        contains=("DCGM_EXP_CLOCK_EVENTS_TOTAL{", 'clock_event=\\"', 'peer_gpu=\\"'),
    ),
    "things that are no GPUs": Case(
        Config(
            dcgm=DcgmSection(counters=(ENTITIES,), honor_labels="false"),
            rules=RulesSection(entities=("link", "switch", "cpu", "cpu-core")),
        ),
        ("steady",),
        gaps=("no scenario measures DCGM_FI_",) * 5,
    ),
    "another cluster": Case(few(levels=LEVELS), (*STORIES, "idle_gpu", "long_names", "spoofing"), seed=1),
    "yet another cluster": Case(few("vsock-exporter", "remote"), (*STORIES, "restart_unseen"), seed=2),
    "nodes and owners, several clusters": Case(
        few("single-vm-node", "pod-network", cluster_label="cluster", kubevirt=replace(WITH_GPUS, release="v1.4")),
        ("blackout",),
    ),
    "and another": Case(few(cluster_label="cluster", rate_window="10m"), ("migration_failover", "mig"), seed=20),
}


@pytest.mark.parametrize("name", CASES)
def test_a_configuration_passes(name: str, promtools: dict[str, Path]) -> None:
    case = CASES[name]
    request = Request(case.stories, seed=case.seed)
    prepared = prepare(case.config, request)
    assert {one.scenario for one in prepared.cases()} == set(case.stories)
    assert len(prepared.gaps) == len(case.gaps)
    assert all(wanted in gap.reason for wanted, gap in zip(case.gaps, prepared.gaps, strict=True))
    text = _written(prepared) if case.contains else ""
    assert [wanted for wanted in case.contains if wanted not in text] == []
    newest = list(promtools.values())[-1]
    report = run(prepared, request, program_for(Request(program=str(newest)), case.config), lambda scenario: None)
    assert not report.failed, reporter("text")(report)


def _written(prepared: Prepared) -> str:
    return "".join(files(prepared, "promtool").values())


def test_an_offset_needs_a_promtool_that_knows_it(promtools: dict[str, Path]) -> None:
    config = few(query_offset="1m")
    request = Request(("steady",))
    for version, promtool in promtools.items():
        asked = Request(program=str(promtool))
        if version == "2.42":
            with pytest.raises(Exception, match=r"promtool 2\.42\.0 does not know query_offset"):
                program_for(asked, config)
            continue
        report = run(prepare(config, request), request, program_for(asked, config), lambda scenario: None)
        assert not report.failed, reporter("text")(report)


def test_every_name_that_rules_read_is_sent_by_some_exporter() -> None:
    prepared = prepare(Config(), Request(("steady",)))
    sent = {dict(entry.labels)["__name__"] for case in prepared.cases() for entry in case.test.series}
    read = {name for names in prepared.what.spelling.names.values() for name in names}

    assert read <= sent
    assert len(variants(prepared.what)) == 4


def test_seeds_differ_in_names_numbers_gpus_and_moments() -> None:
    def told(seed: int) -> str:
        return _written(prepare(few(), Request(("migration",), seed=seed)))

    texts = {seed: told(seed) for seed in range(6)}
    assert len(set(texts.values())) == len(texts)
    assert told(3) == texts[3]
    assert len({text.count("eval_time: 420s") for text in texts.values()}) > 1
    assert all('name=\\"train\\"' not in text for seed, text in texts.items() if seed)


def test_vmalert_agrees() -> None:
    tool = components.require("vmalert-tool-1.112")
    config = few(levels=LEVELS)
    request = Request(("steady", "migration", "mig"), "vmalert", str(tool))
    with vmalert_runs.alone():
        report = run(prepare(config, request), request, program_for(request, config), lambda scenario: None)

    assert not report.failed, reporter("text")(report)
    assert report.judge == JUDGES["vmalert"].name
