"""The container recipe and the manifests, as far as a machine without a container engine can check them."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from gpurules.cli.root import PROGRAM, load, root
from gpurules.probe.discovery import NODE_VARIABLE
from shared import ROOT

DOCKERFILE = ROOT / "Dockerfile"
DEPLOY = ROOT / "deploy" / "probe"
MANIFESTS = sorted(DEPLOY.glob("*.yaml"))
WORKLOADS = [path for path in MANIFESTS if path.stem != "rbac"]


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions and their arguments."""
    text = DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines]


def arguments(name: str) -> list[str]:
    """The arguments of each instruction called ``name``."""
    return [words for instruction, words in instructions() if instruction == name]


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps ``path`` out of the build: the last pattern that fits decides."""
    verdict = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!")
        parts = Path(path).parts
        above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        names = parts if pattern.startswith("**/") else above
        if any(fnmatch(name, pattern.removeprefix("**/")) for name in names):
            verdict = not line.startswith("!")
    return verdict


def copied() -> Iterator[tuple[str, str]]:
    """Source in the checkout and place in the build stage, of each file that the first stage copies."""
    for words in arguments("COPY"):
        if words.startswith("--from"):
            continue
        *sources, target = shlex.split(words)
        for source in sources:
            assert (ROOT / source).exists(), source
            into = target.rstrip("/") if target != "./" else source
            files = [ROOT / source] if (ROOT / source).is_file() else sorted((ROOT / source).rglob("*"))
            for path in files:
                name = path.relative_to(ROOT).as_posix()
                if path.is_file() and not ignored(name):
                    yield name, (Path(into) / path.relative_to(ROOT / source)).as_posix().removesuffix("/.")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("pyproject.toml", False),
        ("gpurules/data/dcgm/fields.tsv", False),
        ("gpurules/cli/__pycache__/root.cpython-313.pyc", True),
        ("gpurules/cli/root.pyc", True),
        (".git/config", True),
        (".venv/bin/python", True),
        ("tests/conftest.py", True),
        ("rules.yaml", True),
    ],
)
def test_what_is_kept_out_of_the_build(path: str, expected: bool) -> None:
    assert ignored(path) is expected


def test_what_is_copied_builds_the_whole_package(tmp_path: Path) -> None:
    for name, place in copied():
        (tmp_path / "source" / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / "source" / place)
    wheels = [build(source, tmp_path / name) for name, source in (("here", ROOT), ("image", tmp_path / "source"))]
    assert names_in(wheels[0]) == names_in(wheels[1])


def build(source: Path, target: Path) -> Path:
    """The wheel of a source tree."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target],
        cwd=source,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=300,
        check=True,
    )
    return next(target.glob("*.whl"))


def names_in(wheel: Path) -> set[str]:
    """The files of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_image_is_slim_and_runs_as_nobody() -> None:
    bases = [words.split()[0] for words in arguments("FROM")]
    assert bases == ["python:${PYTHON}-slim"] * 2
    assert arguments("ARG") == ["PYTHON=3.13"]
    (user,) = arguments("USER")
    assert all(part.isdecimal() and int(part) > 0 for part in user.split(":"))
    assert [name for name, _ in instructions()].index("USER") < [name for name, _ in instructions()].index("ENTRYPOINT")


def test_programs_are_run_without_a_shell() -> None:
    for words in (*arguments("RUN"), *arguments("ENTRYPOINT"), *arguments("CMD")):
        assert isinstance(json.loads(words), list)


def test_entry_point_is_installed_where_the_image_looks() -> None:
    (entry,) = (json.loads(words) for words in arguments("ENTRYPOINT"))
    environment = next(json.loads(words)[-1] for words in arguments("RUN") if "venv" in words)
    assert entry == [f"{environment}/bin/gpurules"]
    assert f"--from=build {environment} {environment}" in arguments("COPY")
    assert f"PATH={environment}/bin:$PATH" in arguments("ENV")[0]
    assert Path(sys.executable).with_name("gpurules").exists()


def documents(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def pod(path: Path) -> dict[str, Any]:
    """The pod template of a workload."""
    (document,) = documents(path)
    spec: dict[str, Any] = document["spec"]["template"]["spec"]
    return spec


@pytest.mark.parametrize("path", WORKLOADS, ids=lambda path: path.stem)
def test_arguments_are_those_of_the_command(path: Path) -> None:
    (container,) = pod(path)["containers"]
    name, *words = container["args"]
    with click.Context(root, info_name=PROGRAM, **root.context_settings) as parent:
        load(name).make_context(name, words, parent=parent)


@pytest.mark.parametrize("path", WORKLOADS, ids=lambda path: path.stem)
def test_names_agree(path: Path) -> None:
    account = next(item for item in documents(DEPLOY / "rbac.yaml") if item["kind"] == "ServiceAccount")
    (document,) = documents(path)
    assert pod(path)["serviceAccountName"] == account["metadata"]["name"]
    assert document["metadata"]["namespace"] == account["metadata"]["namespace"]
    mounts = {mount["name"] for mount in pod(path)["containers"][0].get("volumeMounts", ())}
    assert mounts == {volume["name"] for volume in pod(path).get("volumes", ())}


@pytest.mark.parametrize("path", WORKLOADS, ids=lambda path: path.stem)
def test_privileges(path: Path) -> None:
    spec, (container,) = pod(path), pod(path)["containers"]
    confined = "confined" in path.stem
    assert spec.get("hostPID", False) is confined
    assert "hostNetwork" not in spec
    assert container["securityContext"].get("privileged", False) is confined
    assert confined or spec["securityContext"]["runAsNonRoot"]
    if document_kind(path) == "DaemonSet":
        names = {entry["name"]: entry["valueFrom"]["fieldRef"]["fieldPath"] for entry in container["env"]}
        assert names == {NODE_VARIABLE: "spec.nodeName"}
        assert confined or spec["securityContext"]["seccompProfile"]["type"] == "Unconfined"


def document_kind(path: Path) -> str:
    return str(documents(path)[0]["kind"])


def test_role_is_what_the_probe_asks_for() -> None:
    role = next(item for item in documents(DEPLOY / "rbac.yaml") if item["kind"] == "ClusterRole")
    allowed = {
        (group, resource, verb)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert allowed == {
        ("kubevirt.io", "virtualmachineinstances", "get"),
        ("kubevirt.io", "virtualmachineinstances", "list"),
        ("kubevirt.io", "kubevirts", "list"),
        ("subresources.kubevirt.io", "virtualmachineinstances/vsock", "get"),
    }


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_manifest_is_documented(path: Path) -> None:
    assert f"deploy/probe/{path.name}" in (ROOT / "docs" / "probe-in-a-cluster.md").read_text(encoding="utf-8")
