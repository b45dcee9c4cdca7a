"""The admission policy's patch, read as data and applied to launcher pods, leaves a pod that the API server takes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from scaffolded import NAMED, objects
from structure import containers_complaints

from gpurules.app.scaffold import Wishes
from gpurules.manifests.cel import constructor

LAUNCHER: dict[str, Any] = {
    "metadata": {"annotations": {"kubevirt.io/domain": "train-1"}},
    "spec": {"containers": [{"name": "compute"}], "volumes": [{"name": "private"}]},
}
WITH_INIT: dict[str, Any] = {
    **LAUNCHER,
    "spec": {**LAUNCHER["spec"], "initContainers": [{"name": "container-disk-binary"}]},
}
BARE: dict[str, Any] = {**LAUNCHER, "spec": {"containers": [{"name": "compute"}]}}


def policy(wishes: Wishes) -> Any:
    return next(one for one in objects(wishes) if one["kind"] == "MutatingAdmissionPolicy")["spec"]


def operations(wishes: Wishes, pod: Any) -> list[Any]:
    """What the expression evaluates to for ``pod``: its conditions decided, its constructors read as JSON."""
    expression = policy(wishes)["mutations"][0]["jsonPatch"]["expression"]
    *conditions, final = re.split(r"\) \+\n", expression)
    found = []
    for text in conditions:
        condition = re.fullmatch(r"\(has\(object\.spec\.(\w+)\) \? \[\] : (.*)", text, re.DOTALL)
        assert condition, text
        if condition[1] not in pod["spec"]:
            found += as_json(condition[2])
    return [*found, *as_json(final)]


def as_json(text: str) -> Any:
    """Constructors without their types are JSON but for the quotes of their keys."""
    typeless = re.sub(r"\b(?:Object(?:\.\w+)*|JSONPatch)\{", "{", text)
    return json.loads(re.sub(r"(?<=[{,\s])([A-Za-z]\w*): ", r'"\1": ', typeless))


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


def test_it_is_done_once_and_only_to_labelled_launchers() -> None:
    spec = policy(Wishes(path="vsock-sidecar", machine_label=NAMED.machine_label))
    (condition,) = spec["matchConditions"]
    assert condition["expression"] == (
        '!has(object.spec.initContainers) || !object.spec.initContainers.exists(c, c.name == "gpurules-exporter")'
    )
    labels = spec["matchConstraints"]["objectSelector"]["matchLabels"]
    assert labels == {"kubevirt.io": "virt-launcher", "example.org/gpu": "yes"}
    assert spec["failurePolicy"] == "Ignore"


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\nb", "ä\u2028", "{{ x }}", "]}"])
def test_no_value_breaks_out_of_the_expression(text: str) -> None:
    value = {"name": text, "args": [text], "limits": {text: text}, "deep": {"flag": True, "count": 3}}
    assert as_json(constructor(value, "Object.spec")) == value


def test_what_is_no_manifest_is_refused() -> None:
    with pytest.raises(TypeError):
        constructor({"a": 1.5}, "Object")
