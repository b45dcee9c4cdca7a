"""Each layout holds the same objects: a chart as helm renders it, a base as kustomize builds it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scaffolded import CASES, NAMED, Case, objects, parsed

import components
from gpurules.app.scaffold import Wishes, scaffolding
from gpurules.config.model import Config
from gpurules.manifests.guest import VSOCK_LIMIT
from gpurules.manifests.layouts.registry import LAYOUTS
from gpurules.manifests.paths.registry import SCAFFOLDED
from gpurules.manifests.probing import PROBE_PARTS
from gpurules.manifests.scaffold import LAST_LOOK, PROBE_LOOK
from gpurules.manifests.settings import Settings
from gpurules.rules.paths.registry import PATHS
from gpurules.text.errors import EnvironmentFault, InputError
from gpurules.text.write_folder import MARKER, write_folder
from shared import ROOT

each_case = pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
NAMESPACE = "monitoring"


def written(case: Case, layout: str, folder: Path) -> Path:
    wishes = Wishes(**{**_fields(case.wishes), "layout": layout})
    write_folder(str(folder / "out"), scaffolding(Config(), wishes).files)
    return folder / "out"


def _fields(wishes: Wishes) -> dict[str, Any]:
    return {name: getattr(wishes, name) for name in wishes.__slots__}


def run(*words: str | Path) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "HELM_CACHE_HOME": "/nonexistent"}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False, timeout=120)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def by_name(made: list[Any]) -> dict[tuple[str, str | None, str], Any]:
    return {(one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]): one for one in made}


@each_case
def test_helm_renders_the_same_objects(case: Case, tmp_path: Path) -> None:
    helm = components.require("helm")
    chart = written(case, "helm", tmp_path)
    run(helm, "lint", "--strict", chart)
    made = parsed(run(helm, "template", "--namespace", NAMESPACE, "release", chart))
    assert by_name(made) == by_name(objects(case.wishes))


def test_the_values_of_the_chart_are_used(tmp_path: Path) -> None:
    helm = components.require("helm")
    chart = written(Case("", Wishes(**{**_fields(NAMED), "path": "vsock-exporter"})), "helm", tmp_path)
    values = {
        "exporterImage": "registry.example/exporter:1",
        "interval": "15s",
        "monitorLabels": {"team": "gpu", "tier": "1"},
        "prometheusLabels": {},
    }
    (tmp_path / "values.json").write_text(json.dumps(values), encoding="utf-8")
    made = parsed(run(helm, "template", "-n", "elsewhere", "-f", tmp_path / "values.json", "release", chart))
    monitor = next(one for one in made if one["kind"] == "PodMonitor")
    assert monitor["metadata"]["namespace"] == "elsewhere"
    assert monitor["metadata"]["labels"].items() >= {"team": "gpu", "tier": "1"}.items()
    assert monitor["spec"]["podMetricsEndpoints"][0]["interval"] == "15s"
    assert "registry.example/exporter:1" in str(made)


@pytest.mark.parametrize(
    "value", ['exporterImage=a" b', "interval=soon", "monitorLabels.a.b=c", "unknown=1", "exporterImage="]
)
def test_the_chart_refuses_bad_values(value: str, tmp_path: Path) -> None:
    helm = components.require("helm")
    chart = written(Case("", Wishes(**{**_fields(NAMED), "path": "vsock-exporter"})), "helm", tmp_path)
    done = subprocess.run([helm, "template", "--set", value, "x", chart], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "schema" in done.stderr


@each_case
def test_kustomize_builds_the_same_objects(case: Case, tmp_path: Path) -> None:
    kubectl = components.require("kubectl-1.37")
    base = written(case, "kustomize", tmp_path)
    assert by_name(parsed(run(kubectl, "kustomize", base))) == by_name(objects(case.wishes))


@each_case
@pytest.mark.parametrize("layout", [name for name, layout in LAYOUTS.items() if layout.folder])
def test_limits_places_to_look_and_patches_are_in_every_folder(case: Case, layout: str, tmp_path: Path) -> None:
    folder = written(case, layout, tmp_path)
    everything = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file())
    flat = " ".join(everything.replace("#", " ").split())
    path = SCAFFOLDED[case.wishes.path] if case.wishes.path else None
    said = (*path.limits, *path.look, LAST_LOOK) if path else (VSOCK_LIMIT, PROBE_LOOK)
    assert [sentence for sentence in said if " ".join(sentence.split()) not in flat] == []
    assert "gpurules-parameter" not in everything
    for patch in folder.glob("patches/*.yaml"):
        assert patch.read_text(encoding="utf-8").startswith("# kubectl patch vm ")


@pytest.mark.parametrize("path", SCAFFOLDED)
def test_what_a_path_prints(path: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{path}.yaml", scaffolding(Config(), Wishes(path=path, machines=("tenant-a/train-1=10.0.0.5",))).files["-"])


@pytest.mark.parametrize("part", [part.name for part in PROBE_PARTS])
def test_what_a_part_of_the_probe_prints(part: str, golden: Callable[[str, str], None]) -> None:
    wishes = Wishes(parts=(part,), probe_image="registry.example/gpurules:1")
    golden(f"{part}.yaml", scaffolding(Config(), wishes).files["-"])


def test_every_path_of_the_rules_can_be_set_up() -> None:
    assert tuple(PATHS) == tuple(SCAFFOLDED)
    assert [name for name, path in SCAFFOLDED.items() if path.name != name or not path.limits or not path.look] == []


LIMITS = [
    ("one host engine", ("pod-network", "vsock-sidecar", "vsock-exporter", "remote", "single-vm-node")),
    ("live migration", ("pod-network", "vsock-sidecar", "vsock-exporter", "remote", "single-vm-node")),
    ("over VSOCK in global mode", ("vsock-sidecar", "vsock-exporter", "single-vm-node")),
    ("other users of the guest's VSOCK", ("vsock-sidecar", "vsock-exporter", "single-vm-node")),
    ("Network policies add up", ("pod-network", "vsock-sidecar")),
]


@pytest.mark.parametrize(("words", "paths"), LIMITS)
def test_each_path_says_what_limits_it(words: str, paths: tuple[str, ...]) -> None:
    saying = [name for name, path in SCAFFOLDED.items() if any(words in limit for limit in path.limits)]
    assert tuple(saying) == paths


def test_the_command_offers_what_there_is() -> None:
    from gpurules.cli import scaffold as command

    assert tuple(SCAFFOLDED) == command.PATHS
    assert tuple(LAYOUTS) == command.LAYOUTS
    parts = {part.name for path in SCAFFOLDED.values() for part in path.parts} | {part.name for part in PROBE_PARTS}
    assert parts == set(command.PARTS_OF_ALL)


@pytest.mark.parametrize("name", [*SCAFFOLDED, *LAYOUTS])
def test_every_path_and_layout_is_documented(name: str) -> None:
    assert f"`{name}`" in (ROOT / "docs" / "cli" / "scaffold.md").read_text(encoding="utf-8")


def test_a_folder_is_written_whole_and_replaced_only_when_it_is_ours(tmp_path: Path) -> None:
    target = tmp_path / "out"
    write_folder(str(target), {"a": "1\n", "b/c": "2\n"})
    write_folder(str(target), {"a": "3\n"})
    assert {path.relative_to(target).as_posix() for path in target.rglob("*")} == {"a", MARKER}
    (target / "mine").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="'mine', which gpurules has not written"):
        write_folder(str(target), {"a": "4\n"})
    assert (target / "a").read_text(encoding="utf-8") == "3\n"
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


@pytest.mark.parametrize(("name", "error"), [("no/such", EnvironmentFault), ("file", InputError), ("link", InputError)])
def test_where_no_folder_can_be_written(tmp_path: Path, name: str, error: type[Exception]) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(error):
        write_folder(str(tmp_path / name), {"a": "1\n"})


def test_the_folder_one_stands_in_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    for name in (".", "..", str(tmp_path)):
        with pytest.raises(InputError, match="the folder is the one you are in"):
            write_folder(name, {"a": "1\n"})


def test_a_link_in_the_folder_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "b").symlink_to(tmp_path)
    with pytest.raises(InputError, match="'b', which gpurules has not written"):
        write_folder(str(tmp_path / "out"), {"a": "1\n"})


@pytest.mark.parametrize("name", ["../a", "/a", "a//b", "a/../b", ""])
def test_no_file_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        write_folder(str(tmp_path / "out"), {name: "1\n"})
    assert list(tmp_path.iterdir()) == []


def test_settings_have_a_default_namespace_for_guests() -> None:
    assert Settings("", (), "", "", 1, "").guest_namespaces == ("",)
