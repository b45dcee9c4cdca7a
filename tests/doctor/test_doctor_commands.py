"""The command as a user runs it: exit codes, streams, the forms of the report, the configuration that it writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import doctor_cluster
import jsonschema
import pytest
from doctor_cases import CASES, FEW, SECONDS, labelled, without_machines

from gpurules.cli.main import run
from gpurules.doctor.report.schema import schema

Serve = Callable[[str], AbstractContextManager[str]]
WINDOW = ("--since", "30m", "--at", str(doctor_cluster.END))


@pytest.fixture
def served(promtool: Path, prometheus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """A Prometheus with the history of a case; the current folder is empty."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    @contextmanager
    def serve(name: str) -> Iterator[str]:
        case = CASES[name]
        lines = case.lines(doctor_cluster.history(case.cluster, case.honor, SECONDS, case.interval))
        doctor_cluster.write_blocks(promtool, lines, tmp_path / "server")
        with doctor_cluster.prometheus_on(prometheus, tmp_path / "server") as url:
            yield url

    return serve


def test_a_healthy_cluster(served: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    with served("pod-network") as url:
        assert run(["doctor", "--prometheus", url, *WINDOW]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith(f"{url}, 2025-10-09 08:53:20 UTC, and 30m before\n")
    assert "No findings (" in shown.out.splitlines()[-1]
    assert shown.err == ""


def test_findings_and_every_form(served: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    with served("a silent VM") as url:
        asked = ["doctor", "--prometheus", url, *WINDOW]
        assert run([*asked, "--format", "json"]) == 1
        document = json.loads(capsys.readouterr().out)
        assert run([*asked, "-o", "report.txt", "--html", "report.html"]) == 1
    jsonschema.Draft202012Validator(schema(), format_checker=jsonschema.FormatChecker()).validate(document)
    assert (document["version"], document["healthy"], document["summary"]["error"]) == (1, False, 1)
    assert [one["id"] for one in document["findings"]] == ["gpu-vm-silent"]
    assert document["findings"][0]["samples"][0]["labels"]["name"] == "train"
    silent = {machine["name"] for node in document["nodes"] for machine in node["machines"] if machine["silent"]}
    assert silent == {"train"}
    assert "error: gpu-vm-silent" in Path("report.txt").read_text(encoding="utf-8")
    assert "gpu-vm-silent" in Path("report.html").read_text(encoding="utf-8")
    assert capsys.readouterr() == ("", "")


def test_the_configuration_that_it_writes_makes_the_findings_go(
    served: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    with served("another job is believed") as url:
        asked = ["doctor", "--prometheus", url, *WINDOW]
        assert run([*asked, "--info-selector", 'job="virt-controller"', "--write-config", "gpurules.yaml"]) == 1
        assert run(["render", "--check", "-o", "absent.yaml"]) == 1
        assert run(["render", "-o", "rules.yaml"]) == 0
        assert run(asked) == 0
    text = Path("gpurules.yaml").read_text(encoding="utf-8")
    assert "\n  info_selector: 'job=\"kubevirt-prometheus-metrics\"'\n" in text
    assert "\n  gpu_resources: [nvidia.com/GA102GL_A10]\n" in text
    assert "The configuration fits: path pod-network." in capsys.readouterr().out


def test_the_counters_that_it_writes_are_those_that_arrive(served: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    Path("conf").mkdir()
    with served("missing counters") as url:
        asked = ["doctor", "--prometheus", url, *WINDOW]
        assert run([*asked, "--write-config", "alone.yaml"]) == 1
        assert run([*asked, "--write-config", "conf/gpurules.yaml", "--write-counters", "counters.csv"]) == 1
        capsys.readouterr()
        assert run([*asked, "--config", "conf/gpurules.yaml"]) == 0
    absent = {"DCGM_FI_PROF_DRAM_ACTIVE", "DCGM_FI_PROF_PCIE_TX_BYTES", "DCGM_FI_PROF_PCIE_RX_BYTES"}
    alone = Path("alone.yaml").read_text(encoding="utf-8")
    (said,) = (line for line in alone.splitlines() if line.startswith("# Selected counters that no exporter sends: "))
    assert set(said.rpartition(": ")[2].removesuffix(".").split(", ")) == absent
    assert "\n# --write-counters FILE besides writes a file" in alone
    assert "\n  counters: []\n" in alone
    assert "\n  counters: [../counters.csv]\n" in Path("conf/gpurules.yaml").read_text(encoding="utf-8")
    rows = [line.split(",")[:2] for line in Path("counters.csv").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == len(FEW) + 1
    assert ["DCGM_FI_DRIVER_VERSION", "label"] in rows
    assert ["DCGM_FI_DEV_POWER_USAGE", "gauge"] in rows
    assert not absent & {name for name, _ in rows}


def test_no_counters_file_without_counters(served: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    with served("no GPU series") as url:
        assert run(["doctor", "--prometheus", url, *WINDOW, "--write-counters", "counters.csv"]) == 1
    assert not Path("counters.csv").exists()
    assert capsys.readouterr().err == ("gpurules: error: no DCGM counter arrives: there is no counters file to write\n")


def test_no_configuration_fits_where_nothing_joins(served: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    with served("no GPU series") as url:
        assert run(["doctor", "--prometheus", url, *WINDOW, "--write-config", "gpurules.yaml"]) == 1
    assert not Path("gpurules.yaml").exists()
    assert capsys.readouterr().err == (
        "gpurules: error: no GPU series joins a VM on any path: no configuration fits; see the findings; nothing is "
        "written\n"
    )


def test_an_evaluator_gets_headers_of_its_own(
    served: Serve, promtool: Path, prometheus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = CASES["an evaluator without KubeVirt"]
    lines = labelled(without_machines)(doctor_cluster.history(case.cluster, False, SECONDS))
    doctor_cluster.write_blocks(promtool, lines, tmp_path / "second")
    Path("token").write_text("Bearer of-the-evaluator\n", encoding="utf-8")
    with (
        served("an evaluator that sees all") as url,
        doctor_cluster.prometheus_on(prometheus, tmp_path / "second") as second,
    ):
        asked = ["doctor", "--prometheus", url, "--evaluator", second, *WINDOW]
        assert run([*asked, "--evaluator-header-file", "Authorization: token"]) == 1
    shown = capsys.readouterr()
    assert f", rules evaluated by {second}, " in shown.out
    assert "error: evaluator-blind" in shown.out
    assert "of-the-evaluator" not in shown.out + shown.err


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        ((), 2, "missing option '--prometheus'"),
        (("--prometheus", "ftp://x"), 2, "ftp://x"),
        (("--prometheus", "http://127.0.0.1:1"), 3, "http://127.0.0.1:1: no connection to 127.0.0.1"),
        (("--prometheus", "http://127.0.0.1:1", "--since", "5m"), 2, "--since 5m is out of bounds"),
        (("--prometheus", "http://127.0.0.1:1", "--since", "31d"), 2, "--since 31d is out of bounds"),
        (("--prometheus", "http://127.0.0.1:1", "--since", "yesterday"), 2, '--since: "yesterday" is not a duration'),
        (("--prometheus", "http://127.0.0.1:1", "--at", "nan"), 2, "'nan' is not a number"),
        (("--prometheus", "http://127.0.0.1:1", "--at", "1e300"), 2, "1e+300 is not in the range"),
        (("--prometheus", "http://127.0.0.1:1", "--at", "0"), 2, "0.0 is not in the range"),
        (("--prometheus", "http://127.0.0.1:1", "--write-config", "absent/x.yaml"), 3, "absent/x.yaml: cannot write"),
        (("--prometheus", "http://127.0.0.1:1", "--write-counters", "absent/x.csv"), 3, "absent/x.csv: cannot write"),
        (("--prometheus", "http://127.0.0.1:1", "--html", "."), 2, ".: this is a folder"),
        (("--prometheus", "http://127.0.0.1:1", "-o", "absent/x.txt"), 3, "absent/x.txt: cannot write"),
        (("--prometheus", "http://127.0.0.1:1", "--format", "xml"), 2, "'xml' is not one of"),
        (("--prometheus", "http://127.0.0.1:1", "--config", "absent.yaml"), 2, "absent.yaml"),
        (("--prometheus", "http://127.0.0.1:1", "--evaluator-header-file", "A: b"), 2, "without --evaluator"),
        (("--prometheus", "http://127.0.0.1:1", "--rules-from-header-file", "A: b"), 2, "without --rules-from"),
        (("--prometheus", "http://127.0.0.1:1", "--rules-from", "vmalert:8880"), 2, "--rules-from: vmalert:8880 is no"),
        (("--prometheus", "http://127.0.0.1:1", "--exporter", "9.9.9"), 2, "dcgm-exporter 9.9.9 is not known"),
    ],
)
def test_what_cannot_be_asked(
    flags: tuple[str, ...], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert run(["doctor", *flags]) == code
    shown = capsys.readouterr()
    assert said in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""
