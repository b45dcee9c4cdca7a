"""``gpurules probe`` on the VMIs of a cluster, from the command line to the report."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gpurules.cli.main import run
from kubernetes_api.access import Authority, authority, kubeconfig
from kubernetes_api.objects import DEVICES, vmi
from kubernetes_api.server import TOKEN, Api
from kubernetes_api.thread import cluster

FLEET = [
    vmi("train-1"),
    vmi("unreached", status__VSOCKCID=43),
    vmi("forbidden", status__VSOCKCID=44),
    vmi("unattached", **{f"{DEVICES}autoattachVSOCK": False}),
    vmi("windows", status__guestOSInfo={"id": "mswindows"}),
    vmi("amd", **{f"{DEVICES}gpus": [{"deviceName": "amd.com/MI300"}]}),
    vmi("web", **{f"{DEVICES}gpus": []}),
]


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("pki"))


def probed(
    words: list[str], api: Api, trust: Authority, folder: Path, behaviour: str = "healthy"
) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON report."""
    with cluster(api, trust, behaviour):
        config = kubeconfig(folder / "config", f"https://127.0.0.1:{api.port}", trust.ca_file)
        output = folder / "report.json"
        code = run(["probe", *words, "--kubeconfig", str(config), "--format", "json", "--output", str(output)])
        return code, json.loads(output.read_text(encoding="utf-8")) if output.exists() else {}


def verdicts(report: dict[str, Any]) -> dict[str, str]:
    """The guest's name -> its verdict and failure classes."""
    return {
        guest["name"]: " ".join([guest["verdict"], *(finding["class"] for finding in guest["findings"])])
        for guest in report["guests"]
    }


@pytest.mark.parametrize(
    ("name", "behaviour", "code", "expected"),
    [
        ("train-1", "healthy", 0, "healthy"),
        ("train-1", "7 GPUs", 0, "healthy more-gpus"),
        ("train-1", "one GPU", 1, "unhealthy fewer-gpus"),
        ("train-1", "lost", 1, "unhealthy gpu-lost"),
        ("unreached", "healthy", 1, "unhealthy guest-not-reached"),
        ("forbidden", "healthy", 3, "unknown forbidden"),
        ("unattached", "healthy", 1, "unhealthy vsock-not-attached"),
        ("windows", "healthy", 0, "skipped windows-guest"),
        ("amd", "healthy", 0, "skipped other-vendor"),
        ("web", "healthy", 0, "skipped no-gpu-requested"),
        ("none", "healthy", 3, "unknown vmi-not-found"),
    ],
)
def test_one_vmi(name: str, behaviour: str, code: int, expected: str, trust: Authority, tmp_path: Path) -> None:
    found, report = probed(["--vmi", f"tenant-a/{name}"], Api(vmis=FLEET), trust, tmp_path, behaviour)
    assert (found, verdicts(report)) == (code, {f"tenant-a/{name}": expected})


def test_fleet(trust: Authority, tmp_path: Path) -> None:
    code, report = probed(["--all", "-n", "tenant-a"], Api(vmis=FLEET), trust, tmp_path)
    assert code == 1
    assert verdicts(report) == {
        "tenant-a/train-1": "healthy",
        "tenant-a/unreached": "unhealthy guest-not-reached",
        "tenant-a/forbidden": "unknown forbidden",
        "tenant-a/unattached": "unhealthy vsock-not-attached",
        "tenant-a/windows": "skipped windows-guest",
        "tenant-a/amd": "skipped other-vendor",
    }


def test_other_node(trust: Authority, tmp_path: Path) -> None:
    words = ["--vmi", "tenant-a/train-1", "--via", "node", "--node", "node-9"]
    code, report = probed(words, Api(vmis=FLEET), trust, tmp_path)
    assert (code, verdicts(report)) == (3, {"tenant-a/train-1": "unknown wrong-node"})


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--all", "-l", "gpu=no"], 3, "no VMI matches"),
        (["--all", "--context", "ther"], 3, 'has no context "ther"; did you mean "there"?'),
        (["--vmi", "../x"], 2, "is not NAMESPACE/NAME"),
        (["--all", "--auth-timeout", "soon"], 2, '"soon" is not a duration'),
    ],
)
def test_command_that_fails(
    words: list[str], code: int, said: str, trust: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found, _ = probed(words, Api(vmis=FLEET), trust, tmp_path)
    out, err = capsys.readouterr()
    assert (found, out) == (code, "")
    assert err.startswith("gpurules: error: ")
    assert err.count("\n") == 1
    assert said in err


def test_api_that_knows_nobody(trust: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert probed(["--all"], Api(token="other"), trust, tmp_path) == (3, {})
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "The API server does not know this user" in err
    assert TOKEN not in err


@pytest.mark.parametrize("form", ["text", "json", "prometheus"])
def test_no_secret_in_any_report(
    form: str, trust: Authority, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    api = Api(vmis=[vmi("leaking"), vmi("escapes", status__VSOCKCID=43)])
    with cluster(api, trust):
        config = kubeconfig(tmp_path / "config", f"https://127.0.0.1:{api.port}", trust.ca_file)
        run(["probe", "--all", "--kubeconfig", str(config), "--format", form])
    out, err = capfd.readouterr()
    assert "leaking" in out
    assert TOKEN not in out + err
    assert "\x1b" not in out + err


def test_nothing_of_the_cluster_is_imported_without_it(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom gpurules.cli.main import run\nrun(['probe', '--address', 'unix:///none/none'])\n"
        "print('loaded:', *(name for name in ('kubernetes', 'aiohttp', 'yaml', 'rich') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout.splitlines()[-1], done.stderr) == ("loaded:", "")
