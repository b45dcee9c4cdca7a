"""The admission policy, evaluated by Google's CEL over launcher pods, leaves pods that the API server takes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from cel_pods import evaluated
from hypothesis import given
from hypothesis import strategies as st
from scaffolded import NAMED, objects
from structure import containers_complaints

from gpurules.app.scaffold import Wishes
from gpurules.manifests.cel import constructor
from gpurules.manifests.sidecar import volumes
from gpurules.rollout.selection import matches

GPU = {"name": "compute", "resources": {"limits": {"nvidia.com/GA102GL_A10": "1", "devices.kubevirt.io/kvm": "1"}}}
LAUNCHER: dict[str, Any] = {
    "metadata": {"annotations": {"kubevirt.io/domain": "train-1"}},
    "spec": {"containers": [GPU], "volumes": [{"name": "private"}]},
}
WITH_INIT: dict[str, Any] = {
    **LAUNCHER,
    "spec": {**LAUNCHER["spec"], "initContainers": [{"name": "container-disk-binary"}]},
}
BARE: dict[str, Any] = {**LAUNCHER, "spec": {"containers": [{"name": "compute"}]}}


def policy(wishes: Wishes) -> Any:
    return next(one for one in objects(wishes) if one["kind"] == "MutatingAdmissionPolicy")["spec"]


def operations(wishes: Wishes, pod: Any) -> Any:
    """What the expression evaluates to for ``pod``."""
    return evaluated(policy(wishes)["mutations"][0]["jsonPatch"]["expression"], pod)


def patched(pod: Any, patch: list[Any]) -> Any:
    """``pod`` after a JSON patch that only adds (RFC 6902)."""
    changed = json.loads(json.dumps(pod))
    for one in patch:
        assert one["op"] == "add"
        *path, last = one["path"].strip("/").split("/")
        holder = changed
        for step in path:
            holder = holder[step]
        if last == "-":
            holder.append(one["value"])
        else:
            assert last not in holder
            holder[last] = one["value"]
    return changed


@pytest.mark.parametrize("pod", [LAUNCHER, WITH_INIT, BARE], ids=["usual", "with init containers", "bare"])
@pytest.mark.parametrize(
    "wishes", [Wishes(path="vsock-sidecar"), Wishes(path="vsock-sidecar", seccomp_profile="a/b.json")]
)
def test_the_patch_adds_two_sidecars_and_what_they_mount(pod: Any, wishes: Wishes) -> None:
    spec = patched(pod, operations(wishes, pod))["spec"]
    before = pod["spec"].get("initContainers", [])
    assert spec["containers"] == pod["spec"]["containers"]
    assert spec["initContainers"][: len(before)] == before
    bridge, exporter = added = spec["initContainers"][len(before) :]
    assert list(containers_complaints(added, {volume["name"] for volume in spec["volumes"]})) == []
    assert {one["restartPolicy"] for one in added} == {"Always"}
    assert exporter["ports"] == [{"name": "gpu-metrics", "containerPort": 9400}]
    assert {one["resources"]["requests"] == one["resources"]["limits"] for one in added} == {True}
    names = {entry["name"]: entry for entry in bridge["env"]}
    assert names["VMI_NAME"]["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.annotations['kubevirt.io/domain']"
    kinds = {"Localhost"} if wishes.seccomp_profile else {"Unconfined"}
    assert {bridge["securityContext"]["seccompProfile"]["type"]} == kinds
    assert "seccompProfile" not in exporter["securityContext"]


@pytest.mark.parametrize(
    ("inits", "applies"),
    [
        (None, True),
        ([], True),
        ([{"name": "container-disk-binary"}], True),
        ([{"name": "gpurules-bridge"}, {"name": "gpurules-exporter"}], False),
        ([{"name": "gpurules-exporter-2"}], True),
    ],
)
def test_it_is_done_once(inits: Any, applies: bool) -> None:
    pod = {**BARE, "spec": {**BARE["spec"], **({} if inits is None else {"initContainers": inits})}}
    (condition,) = policy(Wishes(path="vsock-sidecar"))["matchConditions"]
    assert evaluated(condition["expression"], pod) is applies


def test_what_it_added_is_not_added_again() -> None:
    wishes = Wishes(path="vsock-sidecar")
    (condition,) = policy(wishes)["matchConditions"]
    assert evaluated(condition["expression"], patched(LAUNCHER, operations(wishes, LAUNCHER))) is False


LABELLED = {"kubevirt.io": "virt-launcher", "example.org/gpu": "yes", "app": "x"}


@pytest.mark.parametrize(
    ("labels", "taken"),
    [
        (LABELLED, True),
        ({**LABELLED, "kubevirt.io": "virt-handler"}, False),
        ({**LABELLED, "example.org/gpu": "no"}, False),
        ({"kubevirt.io": "virt-launcher"}, False),
    ],
)
def test_only_labelled_launchers_are_changed(labels: dict[str, str], taken: bool) -> None:
    spec = policy(Wishes(path="vsock-sidecar", machine_label=NAMED.machine_label))
    assert matches(spec["matchConstraints"]["objectSelector"], labels) is taken
    assert spec["failurePolicy"] == "Ignore"


LEVEL = "pod-security.kubernetes.io/enforce"


@pytest.mark.parametrize(
    ("labels", "profile", "taken"),
    [
        ({}, "", True),
        ({LEVEL: "privileged"}, "", True),
        ({LEVEL: "baseline"}, "", False),
        ({LEVEL: "restricted"}, "", False),
        ({LEVEL: "restricted"}, "profiles/vsock.json", True),
    ],
)
def test_no_vm_is_kept_from_starting_by_pod_security(labels: dict[str, str], profile: str, taken: bool) -> None:
    spec = policy(Wishes(path="vsock-sidecar", seccomp_profile=profile))
    assert matches(spec["matchConstraints"].get("namespaceSelector", {}), labels) is taken


def test_namespaces_without_the_files_are_left_alone() -> None:
    made = objects(Wishes(path="vsock-sidecar", machines=("tenant-a/train-1",)))
    by_kind = {one["kind"]: one for one in made}
    assert by_kind["MutatingAdmissionPolicy"]["spec"]["paramKind"] == {"apiVersion": "v1", "kind": "ConfigMap"}
    binding = by_kind["MutatingAdmissionPolicyBinding"]["spec"]
    assert binding["paramRef"] == {
        "name": by_kind["ConfigMap"]["metadata"]["name"],
        "parameterNotFoundAction": "Allow",
    }
    mounted = [volume["configMap"]["name"] for volume in volumes(binding["paramRef"]["name"]) if "configMap" in volume]
    assert mounted == [binding["paramRef"]["name"]]


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\nb", "ä\u2028", "{{ x }}", "]}", "\x00\x7f", "Object.spec{"])
def test_no_value_breaks_out_of_the_expression(text: str) -> None:
    assert_same(text)


@given(text=st.text())
def test_nor_does_any_other(text: str) -> None:
    assert_same(text)


def assert_same(text: str) -> None:
    value = {
        "name": text,
        "args": [text],
        "resources": {"limits": {text: text}},
        "tty": True,
        "stdin": False,
        "ports": [{"containerPort": 3}],
    }
    assert evaluated(constructor(value, "Object.spec.initContainers"), {}) == value


WRONG = [
    ("a field that containers have not", 'Object.spec.initContainers{nme: "x"}'),
    (
        "a field of another type",
        'Object.spec.initContainers{ports: [Object.spec.initContainers.ports{containerPort: "x"}]}',
    ),
    ("another field's type", "Object.spec.initContainers{resources: Object.spec.initContainers.securityContext{}}"),
    ("a type that is not there", "Object.spec.containerz{}"),
    ("no expression", "Object.spec.initContainers{"),
]


@pytest.mark.parametrize("expression", [row[1] for row in WRONG], ids=[row[0] for row in WRONG])
def test_the_language_can_refuse(expression: str) -> None:
    with pytest.raises(Exception, match=r"(?i)field|type|undeclared|syntax|assign|expected"):
        evaluated(expression, {})


RESERVED = re.compile(
    r"\b(as|break|const|continue|else|false|for|function|if|import|in|let|loop|namespace|null|package|return|true|var|void"
    r"|while):"
)
"""Words that cannot be names of fields (cel-spec); Kubernetes escapes them, Google's implementation does not."""


def test_no_field_is_called_by_a_reserved_word() -> None:
    expression = policy(Wishes(path="vsock-sidecar"))["mutations"][0]["jsonPatch"]["expression"]
    assert RESERVED.findall(expression) == []


def test_what_is_no_manifest_is_refused() -> None:
    with pytest.raises(TypeError):
        constructor({"a": 1.5}, "Object")
