"""Flags give a command the configuration in effect."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gpurules.cli.config import command as config_command
from gpurules.cli.options import FLAGS, ConfiguredCommand, configuration_options
from gpurules.cli.root import root
from gpurules.config.load import read_config
from gpurules.config.model import Config, DcgmSection, KubevirtSection, OutputSection, RulesSection
from gpurules.config.settings import validated
from gpurules.text.errors import InputError
from gpurules.text.span import SourceText


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def effective(*arguments: str) -> Config:
    seen: list[Config] = []

    @click.command()
    @configuration_options
    @click.argument("word")
    def command(word: str, config: Config) -> None:
        assert word == "word"
        seen.append(config)

    result = CliRunner().invoke(command, [*arguments, "word"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return seen[0]


def refused(*arguments: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        effective(*arguments)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("arguments", "config"),
    [
        ([], Config()),
        (["--counters", "a", "--counters", "b"], Config(dcgm=DcgmSection(counters=("a", "b")))),
        (["--exporter", "4.5.3-4.8.2"], Config(dcgm=DcgmSection(exporters=("4.5.3-4.8.2",)))),
        (["--dcgm-selector", 'job=~"guest-.*"'], Config(dcgm=DcgmSection(selector='job=~"guest-.*"'))),
        (["--use-old-namespace"], Config(dcgm=DcgmSection(use_old_namespace=True))),
        (["--honor-labels", "false"], Config(dcgm=DcgmSection(honor_labels="false"))),
        (
            ["--path-selector", 'remote=job="x"'],
            Config(dcgm=DcgmSection(path_selectors={"remote": 'job="x"'})),
        ),
        (["--vm-namespace-label", "tenant"], Config(dcgm=DcgmSection(vm_namespace_label="tenant"))),
        (["--vm-name-label", "vmi_kubevirt_io_id"], Config(dcgm=DcgmSection(vm_name_label="vmi_kubevirt_io_id"))),
        (["--collection-interval", "10s"], Config(dcgm=DcgmSection(collection_interval="10s"))),
        (["--kubevirt", "v1.6"], Config(kubevirt=KubevirtSection(release="v1.6"))),
        (["--info-selector", ""], Config(kubevirt=KubevirtSection(info_selector=""))),
        (["--observer-selector", 'a="b"'], Config(kubevirt=KubevirtSection(observer_selector='a="b"'))),
        (["--kube-state-selector", 'a="b"'], Config(kubevirt=KubevirtSection(kube_state_selector='a="b"'))),
        (["--gpu-resource", "a/b"], Config(kubevirt=KubevirtSection(gpu_resources=("a/b",)))),
        (["--copy-label", "x", "--copy-label", "x"], Config(kubevirt=KubevirtSection(copy_labels=("x",)))),
        (["--schema", "s"], Config(kubevirt=KubevirtSection(schemas=("s",)))),
        (["--path", "pod-network"], Config(rules=RulesSection(paths=("pod-network",)))),
        (["--identity", "inline"], Config(rules=RulesSection(identity="inline"))),
        (["--entity", "link"], Config(rules=RulesSection(entities=("link",)))),
        (["--level", "vmi"], Config(rules=RulesSection(levels=("vmi",)))),
        (["--rate-window", "10m"], Config(rules=RulesSection(rate_window="10m"))),
        (["--interval", "1m"], Config(rules=RulesSection(interval="1m"))),
        (["--preset", "chargeback"], Config(rules=RulesSection(preset="chargeback"))),
        (["--query-offset", "1m"], Config(rules=RulesSection(query_offset="1m"))),
        (["--groups", "single"], Config(rules=RulesSection(groups="single"))),
        (["--group-size", "40"], Config(rules=RulesSection(group_size=40))),
        (["--cluster-label", "zone"], Config(rules=RulesSection(cluster_label="zone"))),
        (["--format", "rules"], Config(output=OutputSection(format="rules"))),
        (["--target", "thanos=0.38"], Config(output=OutputSection(target="thanos=0.38"))),
        (["--partial-response", "abort"], Config(output=OutputSection(partial_response="abort"))),
        (["--name", "n"], Config(output=OutputSection(name="n"))),
        (["--namespace", "n"], Config(output=OutputSection(namespace="n"))),
        (["--label", "a=b", "--label", "c="], Config(output=OutputSection(labels={"a": "b", "c": ""}))),
        (["--annotation", "a=b=c"], Config(output=OutputSection(annotations={"a": "b=c"}))),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_flag(arguments: list[str], config: Config) -> None:
    assert effective(*arguments) == config


def test_every_flag_is_in_the_table_above() -> None:
    marks: list[pytest.Mark] = test_flag.pytestmark  # type: ignore[attr-defined]
    tried = {arguments[0] for arguments, _ in marks[0].args[1] if arguments}
    assert tried == {flag.flag for flag in FLAGS}


def test_flags_stand_over_the_file() -> None:
    Path("fleet.yaml").write_text(
        "version: 1\ndcgm: {counters: [a]}\nkubevirt: {release: v1.5}\noutput: {labels: {a: b, c: d}}\n"
    )
    config = effective("--config", "fleet.yaml", "--kubevirt", "main", "--label", "a=x")
    assert config == Config(
        dcgm=DcgmSection(counters=("a",)),
        kubevirt=KubevirtSection(release="main"),
        output=OutputSection(labels={"a": "x", "c": "d"}),
    )


def test_everything_wrong_is_said_with_its_flag_or_line() -> None:
    Path("gpurules.yaml").write_text("version: 1\nrules: {cluster_label: node}\n")
    lines = refused("--honor-labels", "flase", "--label", "a= ", "--rate-window", "1m")
    assert [line.split(": ")[0] for line in lines] == [
        "--honor-labels",
        "--label",
        "--rate-window",
        "gpurules.yaml:2:24",
    ]
    assert lines[0].endswith('"flase" is not known, it is one of true, false, auto; did you mean "false"?')


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        (["--dcgm-selector", "job="], "--dcgm-selector: dcgm.selector: 'job='"),
        (["--info-selector", 'x{a="b"}'], "--info-selector: kubevirt.info_selector: "),
        (["--kube-state-selector", 'a=~"("'], "--kube-state-selector: kubevirt.kube_state_selector: "),
        (["--dcgm-selector", 'a="b"} or up{a="b"'], "--dcgm-selector: dcgm.selector: "),
        (["--dcgm-selector", '__name__="up"'], "--dcgm-selector: dcgm.selector: "),
    ],
    ids=lambda value: value[1] if isinstance(value, list) else "",
)
def test_matchers_that_are_none(arguments: list[str], start: str) -> None:
    (line,) = refused(*arguments)
    assert line.startswith(start)


def test_matchers_in_the_file_have_their_line() -> None:
    Path("gpurules.yaml").write_text("version: 1\ndcgm:\n  selector: job=\n")
    (line,) = refused()
    assert line.startswith("gpurules.yaml:3:13: dcgm.selector: ")


@pytest.mark.parametrize("argument", ["--label=a", "--annotation==b", "--label="])
def test_key_without_value(argument: str) -> None:
    result = CliRunner().invoke(root, ["config", argument])
    assert result.exit_code == 2
    assert "is not KEY=VALUE" in result.output


def test_a_command_may_take_a_part() -> None:
    @click.command(cls=ConfiguredCommand)
    @configuration_options("kubevirt", "output")
    def command(config: Config) -> None:
        click.echo(config.kubevirt.release)

    assert CliRunner().invoke(command, ["--kubevirt", "v1.4"]).output == "v1.4\n"
    assert CliRunner().invoke(command, ["--path", "pod-network"]).exit_code == 2
    shown = CliRunner().invoke(command, ["--help"]).output
    headings = [line for line in shown.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert headings == ["Options:", "The cluster:", "The document:"]
    with pytest.raises(ValueError, match="no such section of the configuration: rule"):
        configuration_options("rule")


def test_config_prints_what_loads_back(tmp_path: Path) -> None:
    arguments = ["--counters", "my.csv", "--label", "on=y", "--path", "vsock-sidecar"]
    printed = CliRunner().invoke(root, ["config", *arguments])
    assert printed.exit_code == 0
    assert validated(read_config(SourceText("gpurules.yaml", printed.output))) == effective(*arguments)
    assert CliRunner().invoke(root, ["config", *arguments, "-o", "gpurules.yaml"]).output == ""
    assert (tmp_path / "gpurules.yaml").read_text() == printed.output
    assert CliRunner().invoke(root, ["config"]).output == printed.output


def test_the_options_load_no_yaml() -> None:
    program = (
        "import gpurules.cli.options, sys; print([name for name in ('yaml', 'promql_parser') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("flag", "start", "choices"),
    [
        ("--path", "p", ["pod-network"]),
        ("--honor-labels", "", ["true", "false", "auto"]),
        ("--format", "ru", ["rules"]),
    ],
)
def test_completion(flag: str, start: str, choices: list[str]) -> None:
    context = click.Context(config_command)
    (option,) = [parameter for parameter in config_command.params if flag in parameter.opts]
    assert [item.value for item in option.shell_complete(context, start)] == choices
