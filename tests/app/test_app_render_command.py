"""``gpurules render`` as a user runs it: what it prints, what it leaves on disk, how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from gpurules.catalog.load import load_catalog
from gpurules.catalog.writing import counters_csv
from gpurules.cli.main import run as run_command_line
from gpurules.config.rules import PRESETS
from gpurules.filling.templates import read_template


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        code = run_command_line(arguments)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_same_input_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "render") == run(capsys, "render")


def test_check_knows_its_own_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "render", "-o", "rules.yaml")[:2] == (0, "")
    assert run(capsys, "render", "--check", "-o", "rules.yaml")[:2] == (0, "")


def test_check_shows_what_differs_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "render", "-o", "rules.yaml")
    changed = Path("rules.yaml").read_text(encoding="utf-8").replace("[5m]", "[1m]")
    Path("rules.yaml").write_text(changed, encoding="utf-8")

    code, out, err = run(capsys, "render", "--check", "-o", "rules.yaml")

    assert code == 1
    assert "-" in out
    assert "[1m]" in out
    assert "[5m]" in out
    assert err.count("\n") == 1
    assert Path("rules.yaml").read_text(encoding="utf-8") == changed


MISTAKES = {
    "unknown release": (("--kubevirt", "v1.66"), 2, "v1.9 is the newest known"),
    "release without VMs": (("--kubevirt", "v1.2", "--path", "vsock-exporter"), 2, "use KubeVirt v1.3 or newer"),
    "another path would do": (("--kubevirt", "v1.2", "--path", "remote"), 2, "kube_pod_owner serves: pod-network"),
    "unknown path": (("--path", "pod-netwrok"), 2, "pod-network"),
    "node without resources": (("--path", "single-vm-node"), 2, "--gpu-resource"),
    "selector of no path": (("--path-selector", 'remote=job="x"'), 2, "add --path remote"),
    "bad matcher of a path": (("--path", "remote", "--path-selector", "remote=job=x"), 2, "label matchers"),
    "one label for two": (("--vm-name-label", "namespace"), 2, "--vm-name-label"),
    "unknown exporter": (("--exporter", "4.5.3-4.8.9"), 2, "4.5.3-4.8.2"),
    "missing counters": (("--counters", "nowhere.csv"), 2, "nowhere.csv"),
    "no such label": (("--copy-label", "instancetype"), 2, "instance_type"),
    "short window": (("--rate-window", "1m"), 2, "4m"),
    "bad matcher": (("--info-selector", "job=x"), 2, "label matchers"),
    "metric in matcher": (("--dcgm-selector", '__name__="x"'), 2, "metric name"),
    "check and explain": (("--check", "--explain", "-o", "x"), 2, "exclude each other"),
    "explain and counters": (("--needed-counters", "--explain"), 2, "exclude each other"),
    "check without a file": (("--check",), 2, "-o FILE"),
    "unknown option": (("--kubevrit", "v1.6"), 2, "--kubevirt"),
    "no such preset": (("--preset", "chargebak"), 2, 'did you mean "chargeback"'),
    "no such level": (("--level", "nodes"), 2, 'did you mean "node"'),
    "no such program": (("--target", "promtheus=2.53"), 2, "prometheus=2.53"),
    "target too old": (("--target", "prometheus=2.42", "--query-offset", "1m"), 2, "Prometheus 2.53 or later"),
    "format of another program": (("--target", "thanos=0.38", "--format", "vmrule"), 2, "that is for vmalert"),
    "strategy for nobody": (("--partial-response", "warn"), 2, "--target, such as thanos=0.38"),
    "group size": (("--group-size", "many"), 2, "--group-size"),
    "negative group size": (("--group-size", "-1"), 2, "group_size"),
    "metadata for Mimir": (("--format", "mimir", "--label", "a=b"), 2, "has no labels"),
    "no template folder": (("--template-dir", "nowhere"), 2, "there is no such folder"),
    "folder without the template": (("--template-dir", "/"), 2, "has no template prometheusrule.yaml.j2"),
    "folder is missing": (("-o", "nowhere/rules.yaml"), 3, "nowhere"),
}


@pytest.mark.parametrize(("arguments", "code", "said"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_one_line_each(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, said: str
) -> None:
    ended, out, err = run(capsys, "render", *arguments)

    assert (ended, out) == (code, "")
    assert said in err
    assert all(line.startswith("gpurules: ") for line in err.splitlines())
    assert "Traceback" not in err
    assert not list(Path().iterdir())


LARGE = ("--preset", "full", "--cluster-label", "cluster", "--copy-label", "instance_type", "--copy-label", "os")
LARGER = ("--copy-label", "guest_os_name", "--copy-label", "guest_os_kernel_release")


def test_several_objects_are_one_file_that_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    command = ("render", *LARGE, *LARGER, "-o", "rules.yaml")
    code, _, err = run(capsys, *command)
    documents = list(yaml.load_all(Path("rules.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader))
    names = [group["name"] for document in documents for group in document["spec"]["groups"]]

    assert code == 0
    assert "several groups" in err
    assert [document["metadata"]["name"] for document in documents] == ["gpurules-1", "gpurules-2"]
    assert len(set(names)) == len(names)
    assert run(capsys, *command, "--check")[:2] == (0, "")
    Path("rules.yaml").write_text(yaml.dump_all(documents[:1], Dumper=yaml.CSafeDumper), encoding="utf-8")
    assert run(capsys, *command, "--check")[0] == 1


def test_a_layout_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    template = read_template("prometheusrule.yaml.j2") or ""
    Path("mine").mkdir()
    own = template.replace("spec:\n", "# on call: the platform team\nspec:\n")
    Path("mine/prometheusrule.yaml.j2").write_text(own, encoding="utf-8")
    plain = run(capsys, "render")[1]

    code, out, _ = run(capsys, "render", "--template-dir", "mine")
    assert (code, out.replace("# on call: the platform team\n", "")) == (0, plain)
    assert out != plain


TRICKS = {
    "another expression": ("[[ rule.expression | block(12) ]]", "vector(1)", "has another expression"),
    "one rule more": (
        "[% endfor %]\n[% endfor %]\n",
        '[% endfor %]\n        - record: "a:kubevirt_b:sum"\n          expr: vector(1)\n[% endfor %]\n',
        "rules, not",
    ),
    "out of the sandbox": ("[[ name ]]", "[[ name.__class__.__mro__ ]]", "cannot be filled"),
    "another file": ("spec:\n", "[% include '../secret' %]\nspec:\n", "there is no template"),
}


@pytest.mark.parametrize(("old", "new", "says"), TRICKS.values(), ids=TRICKS)
def test_a_layout_cannot_change_the_rules(capsys: pytest.CaptureFixture[str], old: str, new: str, says: str) -> None:
    template = read_template("prometheusrule.yaml.j2") or ""
    Path("mine").mkdir()
    Path("secret").write_text("x", encoding="utf-8")
    assert template.count(old) == 1
    Path("mine/prometheusrule.yaml.j2").write_text(template.replace(old, new), encoding="utf-8")

    code, out, err = run(capsys, "render", "--template-dir", "mine", "-o", "rules.yaml")

    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1
    assert not Path("rules.yaml").exists()


def test_a_template_folder_is_no_key_of_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    Path("gpurules.yaml").write_text("version: 1\noutput: {template_dir: mine}\n", encoding="utf-8")

    assert run(capsys, "render")[0] == 2


NOTES = {
    "host": (("--path", "host"), "device plugins"),
    "host, how to see it": (("--path", "host", "--honor-labels", "false"), "cluster:kubevirt_vmi_gpu_mapped:count"),
    "remote": (("--path", "remote"), "whoever sends a series says whose it is"),
    "remote without addresses": (("--path", "remote", "--kubevirt", "v1.3"), "kubevirt_vmi_status_addresses"),
    "node": (("--path", "single-vm-node", "--gpu-resource", "nvidia.com/A10"), "--path-selector"),
    "no launcher pods": (("--kubevirt", "v1.4"), "kube_pod_owner"),
}


@pytest.mark.parametrize(("arguments", "said"), NOTES.values(), ids=NOTES)
def test_what_a_path_asks_for_is_said_and_stands_in_the_banner(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = run(capsys, "render", *arguments)
    banner = " ".join(line.lstrip("# ") for line in out.split("apiVersion")[0].splitlines())

    assert code == 0
    assert any(line.startswith("gpurules: note: ") and said in line for line in err.splitlines())
    assert said in banner


def test_an_inline_rule_that_none_could_read_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    fields = [field for field in load_catalog().fields if field.name.startswith("DCGM_FI_")]
    Path("all.csv").write_text(counters_csv(fields), encoding="utf-8")
    paths = ("--path", "pod-network", "--path", "vsock-exporter", "--path", "remote")

    code, out, err = run(capsys, "render", "--counters", "all.csv", "--identity", "inline", *paths)

    assert (code, out) == (2, "")
    assert "--identity record" in err
    assert "Traceback" not in err


def test_explain_accounts_for_every_default_counter(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "render", "--explain")

    described = [line.split()[0] for line in out.splitlines() if line.startswith("DCGM_")]
    assert len(described) == 26
    assert "vmi:kubevirt_vmi_gpu_power_watts:sum" in out


@pytest.mark.parametrize("preset", PRESETS)
def test_the_counters_that_a_preset_needs_are_a_file_that_it_takes(
    capsys: pytest.CaptureFixture[str], preset: str
) -> None:
    command = ("render", "--preset", preset, "--format", "rules")
    code, counters, _ = run(capsys, *command, "--needed-counters")
    Path("counters.csv").write_text(counters, encoding="utf-8")

    def rules(*more: str) -> list[str]:
        return [line for line in run(capsys, *command, *more)[1].splitlines() if not line.startswith("#")]

    assert code == 0
    assert rules("--counters", "counters.csv") == rules()


def test_all_fields_render(capsys: pytest.CaptureFixture[str]) -> None:
    fields = [field for field in load_catalog().fields if field.name.startswith("DCGM_FI_")]
    Path("all.csv").write_text(counters_csv(fields), encoding="utf-8")

    code, out, err = run(capsys, "render", "--counters", "all.csv", "--format", "rules")

    assert code == 0, err
    recorded = {line.split()[-1] for line in out.splitlines() if "- record: vmi_gpu:" in line}
    assert len(recorded) > 300
    assert "--explain says why" in err


def test_the_effective_configuration_is_a_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "config", "--honor-labels", "false")
    Path("gpurules.yaml").write_text(out, encoding="utf-8")

    assert code == 0
    assert run(capsys, "config")[1] == out
    assert json.loads(run(capsys, "config", "--json-schema")[1])["type"] == "object"
