"""The registries of paths and identities: complete, documented, and what a release can serve."""

from __future__ import annotations

from pathlib import Path

import pytest

from gpurules.app.rendering import render
from gpurules.config.model import Config, DcgmSection, RulesSection
from gpurules.config.rules import PATHS as CHOICES
from gpurules.labels import kubevirt
from gpurules.labels.schema import HonorLabels
from gpurules.promql.syntax.build import matcher
from gpurules.rules import identities
from gpurules.rules import paths as path_package
from gpurules.rules.identities.registry import IDENTITIES
from gpurules.rules.paths.choose import LabelsOf, choose_sources, serves
from gpurules.rules.paths.path import Scrape
from gpurules.rules.paths.registry import PATHS
from gpurules.scenario.booking import RulesFor
from shared import ROOT

SHARED_PARTS = {"path", "registry", "choose", "launcher", "named"}
PAGE = (ROOT / "docs" / "paths.md").read_text(encoding="utf-8")


def modules(package: list[str]) -> set[str]:
    """The modules of a folder."""
    return {file.stem for file in Path(package[0]).glob("*.py")} - {"__init__"}


def labels_of(release: str) -> LabelsOf:
    """The labels of the metrics of a KubeVirt release."""
    return {one.metric: one.type.possible for one in kubevirt.schemas(release)}.get


def test_each_path_is_a_module_and_a_choice() -> None:
    assert modules(list(path_package.__path__)) - SHARED_PARTS == {name.replace("-", "_") for name in PATHS}
    assert tuple(PATHS) == CHOICES
    assert [path.name for path in PATHS.values()] == list(PATHS)


def test_each_identity_is_a_module() -> None:
    parts = {"identity", "registry", "vms", "pods", "copied", "claims", "narrowing"}
    assert modules(list(identities.__path__)) - parts == {name.replace("-", "_") for name in IDENTITIES}
    assert [identity.name for identity in IDENTITIES.values()] == list(IDENTITIES)


@pytest.mark.parametrize("name", PATHS)
def test_each_path_says_all_that_its_page_needs(name: str) -> None:
    path = PATHS[name]

    assert f"### {name}\n" in PAGE
    assert path.summary
    assert path.labels.endswith(".")
    assert path.trust.endswith(".")


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("honor", HonorLabels)
def test_sources_of_a_path_share_the_key_of_their_identities(name: str, honor: HonorLabels) -> None:
    for source in PATHS[name].sources(Scrape(honor)):
        assert len({IDENTITIES[identity].key for identity in source.identities}) == 1
        assert RulesFor((name,), honor.value).sources == tuple(one.name for one in PATHS[name].sources(Scrape(honor)))


SERVED = {
    "pod-network": "v1.0",
    "vsock-sidecar": "v1.0",
    "host": "v1.0",
    "single-vm-node": "v1.0",
    "vsock-exporter": "v1.3",
    "remote": "v1.3",
}


@pytest.mark.parametrize("name", PATHS)
def test_the_first_release_that_serves_a_path(name: str) -> None:
    served = [release for release in kubevirt.releases() if serves(PATHS[name], labels_of(release))]

    assert served == list(kubevirt.releases())[list(kubevirt.releases()).index(SERVED[name]) :]


IDENTITY_OF = [
    ("pod-network", "v1.4", ["pod-owner"]),
    ("pod-network", "v1.5", ["launcher-pod"]),
    ("remote", "v1.3", ["vm-name"]),
    ("remote", "v1.4", ["vm-name", "address"]),
    ("single-vm-node", "main", ["node"]),
]


@pytest.mark.parametrize(("name", "release", "expected"), IDENTITY_OF)
def test_the_release_decides_on_the_identity(name: str, release: str, expected: list[str]) -> None:
    chosen = choose_sources([name], {}, labels_of(release))

    assert [source.identities[0] for source in chosen.chosen] == expected
    assert not chosen.unserved
    assert bool(chosen.spared) == (name == "remote" and release == "v1.3")


def test_equal_sources_of_two_paths_are_one_and_narrower_ones_add_nothing() -> None:
    narrow = Scrape(matchers=(matcher("job", "=", "guests"),))
    both = choose_sources(["pod-network", "vsock-sidecar"], {"vsock-sidecar": narrow}, labels_of("main"))
    scrapes = {"pod-network": narrow, "vsock-sidecar": narrow}
    apart = choose_sources(["pod-network", "vsock-sidecar"], scrapes, labels_of("main"))

    assert [source.selections for source in both.chosen] == [((),)]
    assert [source.selections for source in apart.chosen] == [(narrow.matchers,)]


@pytest.mark.parametrize("cluster_label", ["", "cluster"])
@pytest.mark.parametrize("honor", ["auto", "true", "false"])
@pytest.mark.parametrize("paths", [("host",), ("vsock-exporter", "host")])
def test_hosts_are_typed_where_rules_read_no_records(paths: tuple[str, ...], honor: str, cluster_label: str) -> None:
    rules = RulesSection(paths=paths, identity="inline", cluster_label=cluster_label)
    config = Config(dcgm=DcgmSection(honor_labels=honor), rules=rules)

    records = {rule.spec.record for group in render(config).rules.groups for rule in group.rules}

    assert "cluster:kubevirt_vmi_gpu_host_unmapped:max" in records
