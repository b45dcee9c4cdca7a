"""What render writes passes every check, the unproved included: each path, release, way of scraping and format."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from gpurules.app.rendering import render
from gpurules.app.runs_against import target_of
from gpurules.catalog.exporters import releases as exporter_releases
from gpurules.catalog.load import load_catalog
from gpurules.config.dcgm import HONOR_LABELS
from gpurules.config.model import (
    Config,
    DcgmSection,
    KubevirtSection,
    OutputSection,
    RulesSection,
)
from gpurules.config.output import FORMATS
from gpurules.config.rules import PRESETS
from gpurules.labels import kubevirt
from gpurules.lint.engine import run_checks
from gpurules.lint.identifiers import CHECKS
from gpurules.lint.located import locate
from gpurules.rules.paths.registry import PATHS
from lint_cases import loaded

GPU_RESOURCES = ("nvidia.com/GA102GL_A10",)
EXPORTERS = ((), (exporter_releases()[-1].name,), ("4.5.3-4.8.2", exporter_releases()[-1].name))


def _configurations() -> list[Config]:
    """Every value of every dimension, and every pair of path, format and scraping."""
    plain = [
        Config(
            rules=RulesSection(paths=(path,)),
            output=OutputSection(format=form),
            dcgm=DcgmSection(honor_labels=honor),
            kubevirt=KubevirtSection(gpu_resources=GPU_RESOURCES),
        )
        for path, form, honor in itertools.product(PATHS, FORMATS, HONOR_LABELS)
    ]
    releases = [Config(kubevirt=KubevirtSection(release=release)) for release in kubevirt.releases()]
    exporters = [Config(dcgm=DcgmSection(exporters=names)) for names in EXPORTERS]
    several = [
        *(
            Config(
                rules=RulesSection(paths=tuple(PATHS), cluster_label=cluster),
                dcgm=DcgmSection(honor_labels=honor),
                kubevirt=KubevirtSection(gpu_resources=GPU_RESOURCES),
            )
            for honor, cluster in itertools.product(HONOR_LABELS, ("", "cluster"))
        ),
        *(
            Config(
                rules=RulesSection(paths=pair),
                dcgm=DcgmSection(honor_labels="false"),
                kubevirt=KubevirtSection(gpu_resources=GPU_RESOURCES),
            )
            for pair in itertools.combinations(PATHS, 2)
        ),
        Config(rules=RulesSection(identity="inline")),
        *(Config(rules=RulesSection(preset=preset)) for preset in PRESETS),
        Config(rules=RulesSection(cluster_label="cluster")),
        Config(rules=RulesSection(interval="1m", rate_window="10m")),
        Config(kubevirt=KubevirtSection(copy_labels=("instance_type",), gpu_resources=GPU_RESOURCES)),
    ]
    return [*plain, *releases, *exporters, *several]


@dataclass(frozen=True, slots=True)
class Justified:
    """What is found on purpose: the check, words of the finding, which configurations, and why it is right there."""

    check: str
    words: str
    where: Callable[[Config], bool]
    why: str


JUSTIFIED = (
    Justified(
        "structure/lag",
        "comes from another group",
        lambda config: config.output.format == "mimir" or config.rules.preset == "full" or bool(config.dcgm.counters),
        "more rules than one group may hold; the lag is documented in docs/records.md",
    ),
    Justified(
        "structure/unknown-field",
        "the field namespace is read by Mimir",
        lambda config: config.output.format == "mimir",
        "the file is for mimirtool",
    ),
    Justified(
        "join/arbitrary-deduplication",
        "node is copied",
        lambda config: "single-vm-node" in config.rules.paths,
        "the node of a launcher pod never changes, so whichever series is picked names the same",
    ),
)


def _found(config: Config) -> list[str]:
    text = render(config).text
    findings = run_checks(loaded(text), target_of(config), frozenset(CHECKS))
    lines = ((one.check, f"{one.check} {one.rule}: {one.message}") for one in map(locate, findings))
    excuses = [one for one in JUSTIFIED if one.where(config)]
    return [line for check, line in lines if not any(one.check == check and one.words in line for one in excuses)]


def _every_counter() -> str:
    """A counters file with every field that can be a series."""
    fields = (field for field in load_catalog().fields if field.name.startswith("DCGM_FI_") and field.id < 9000)
    return "".join(f"{field.name}, gauge, {field.id}\n" for field in fields)


@pytest.mark.parametrize("config", _configurations(), ids=repr)
def test_rendered_rules_pass_every_check(config: Config) -> None:
    assert _found(config) == []


def test_every_field_passes_every_check(tmp_path_factory: pytest.TempPathFactory) -> None:
    counters = tmp_path_factory.mktemp("counters") / "every.csv"
    counters.write_text(_every_counter(), encoding="utf-8")
    assert _found(replace(Config(), dcgm=DcgmSection(counters=(str(counters),)))) == []
