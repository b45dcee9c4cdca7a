"""What the probe runs in a cluster: its command lines, its rights on nodes and at the API server."""

from __future__ import annotations

from typing import Any

import click
import pytest
from scaffolded import PROBES, objects
from structure import pod_template

from gpurules.app.scaffold import Wishes
from gpurules.cli.root import load, root
from gpurules.probe.discovery import NODE_VARIABLE
from shared import ROOT

READ = {("kubevirt.io", "virtualmachineinstances", "get"), ("kubevirt.io", "virtualmachineinstances", "list")}
GATE = {("kubevirt.io", "kubevirts", "list")}
CONNECT = {("subresources.kubevirt.io", "virtualmachineinstances/vsock", "get")}
RIGHTS = {
    "probe-api": READ | GATE | CONNECT,
    "probe-job": set(),
    "probe-nodes": READ | GATE,
    "probe-nodes-confined": READ | GATE,
}
each_part = pytest.mark.parametrize("part", PROBES)


def made(part: str) -> list[Any]:
    return objects(Wishes(parts=(part,), probe_image="registry.example/gpurules:1"))


def pods(part: str) -> list[Any]:
    """The pod specifications of the part's workloads."""
    return [template["spec"] for template in map(pod_template, made(part)) if template]


@each_part
def test_what_is_run_is_a_command_line(part: str) -> None:
    for pod in pods(part):
        (container,) = pod["containers"]
        name, *words = container["args"]
        with click.Context(root, info_name="gpurules", help_option_names=["-h", "--help"]) as parent:
            command = load(name)
            options, rest, _ = command.make_parser(click.Context(command, parent=parent, info_name=name)).parse_args(
                words
            )
            command.make_context(name, words, parent=parent)
        assert rest == []
        assert options["every"] is True


@each_part
def test_the_rights_are_what_the_probe_asks_for(part: str) -> None:
    allowed = {
        (group, resource, verb)
        for one in made(part)
        if one["kind"] == "ClusterRole"
        for rule in one["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert allowed == RIGHTS[part]


@each_part
def test_privileges_on_the_node(part: str) -> None:
    confined = part.endswith("confined")
    for pod in pods(part):
        (container,) = pod["containers"]
        context = container["securityContext"]
        assert pod.get("hostPID", False) is confined
        assert "hostNetwork" not in pod
        assert "privileged" not in context
        assert context["readOnlyRootFilesystem"] is True
        assert set(context["capabilities"].get("add", ())) == ({"SYS_ADMIN", "SYS_PTRACE"} if confined else set())
        if part == "probe-job":
            assert pod["securityContext"]["runAsNonRoot"] is True
            assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
            continue
        names = {entry["name"]: entry["valueFrom"]["fieldRef"]["fieldPath"] for entry in container["env"]}
        assert names == {NODE_VARIABLE: "spec.nodeName"}
        # The runtime's own profile forbids AF_VSOCK.
        assert context["seccompProfile"]["type"] == "Unconfined"


@each_part
def test_every_part_is_documented(part: str) -> None:
    assert f"`{part}`" in (ROOT / "docs" / "probe-in-a-cluster.md").read_text(encoding="utf-8")
