"""VMIs of a cluster as targets: what each object says, what is asked of the API, and the way on a node."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpurules.probe.discovery import Selection, Via, cluster_of, ways_on_node
from gpurules.probe.feature_gate import off_in
from gpurules.probe.launcher import confined, launchers
from gpurules.probe.observation import Sign, Step, Unreachable
from gpurules.probe.target import NamespaceVsockAddress, NoAddress, Target, VmiAddress, VsockAddress
from gpurules.probe.transports.netns import pod_of
from gpurules.probe.transports.registry import transport_to
from gpurules.probe.transports.transport import Context
from gpurules.probe.vmi import Described, described
from kubernetes_api.access import Authority, authority, kubeconfig
from kubernetes_api.objects import DEVICES, OTHER_POD, POD, vmi
from kubernetes_api.server import Api, running


@pytest.mark.parametrize(
    ("changes", "sign", "gpus"),
    [
        pytest.param({}, None, 2, id="two-gpus"),
        pytest.param({f"{DEVICES}gpus": []}, Sign.NO_GPU_REQUESTED, 0, id="no-gpu"),
        pytest.param({f"{DEVICES}gpus": None}, Sign.NO_GPU_REQUESTED, 0, id="gpus-null"),
        pytest.param({f"{DEVICES}gpus": [{"deviceName": "amd.com/MI300"}]}, Sign.OTHER_VENDOR, 0, id="amd"),
        pytest.param(
            {f"{DEVICES}gpus": [{"deviceName": "amd.com/MI300"}, {"deviceName": "nvidia.com/H100"}]}, None, 1, id="both"
        ),
        pytest.param({f"{DEVICES}gpus": [{"deviceName": "example.com/gpu"}]}, None, None, id="own-resource-name"),
        pytest.param({f"{DEVICES}gpus": [{"claimName": "gpu"}]}, None, None, id="claim"),
        pytest.param(
            {f"{DEVICES}gpus": [], f"{DEVICES}hostDevices": [{"deviceName": "nvidia.com/H100"}]}, None, None, id="host"
        ),
        pytest.param(
            {f"{DEVICES}gpus": [], f"{DEVICES}hostDevices": [{"deviceName": "example.com/nic"}]},
            Sign.NO_GPU_REQUESTED,
            0,
            id="network-card",
        ),
        pytest.param({f"{DEVICES}autoattachVSOCK": None}, Sign.VSOCK_NOT_ATTACHED, 2, id="not-attached"),
        pytest.param({f"{DEVICES}autoattachVSOCK": False}, Sign.VSOCK_NOT_ATTACHED, 2, id="attached-false"),
        pytest.param({"status__VSOCKCID": None}, Sign.VSOCK_NOT_ATTACHED, 2, id="no-cid"),
        pytest.param({"status__VSOCKCID": 2**32 - 1}, Sign.VSOCK_NOT_ATTACHED, 2, id="cid-of-any"),
        pytest.param({"status__phase": "Scheduling"}, Sign.VMI_NOT_RUNNING, 2, id="scheduling"),
        pytest.param({"status": {}}, Sign.VMI_NOT_RUNNING, 2, id="no-status"),
        pytest.param(
            {"status__conditions": [{"type": "Paused", "status": "True"}]}, Sign.VMI_NOT_RUNNING, 2, id="paused"
        ),
        pytest.param({"status__guestOSInfo": {"id": "mswindows"}}, Sign.WINDOWS_GUEST, 2, id="windows-agent"),
        pytest.param(
            {"metadata__annotations": {"kubevirt.io/cluster-preference-name": "windows.11"}},
            Sign.WINDOWS_GUEST,
            2,
            id="windows-preference",
        ),
        pytest.param(
            {
                "metadata__annotations": {"kubevirt.io/cluster-preference-name": "windows.11"},
                "status__guestOSInfo": {"id": "fedora"},
            },
            None,
            2,
            id="preference-gainsaid",
        ),
    ],
)
def test_what_a_vmi_says(changes: dict[str, Any], sign: Sign | None, gpus: int | None) -> None:
    found = described(vmi(**changes))
    assert (found.obstacle.sign if found.obstacle else None) is sign
    assert found.vmi.gpus == gpus


@pytest.mark.parametrize("item", [{}, {"spec": [], "status": 3}, {"status": {"conditions": [1], "activePods": []}}])
def test_object_that_is_no_vmi(item: dict[str, Any]) -> None:
    assert described(item).obstacle is not None


KEYS = st.sampled_from(
    [
        *(
            "metadata",
            "annotations",
            "spec",
            "domain",
            "devices",
            "gpus",
            "hostDevices",
            "deviceName",
            "autoattachVSOCK",
        ),
        *("status", "nodeName", "VSOCKCID", "phase", "activePods", "conditions", "guestOSInfo"),
        *("phaseTransitionTimestamps", "phaseTransitionTimestamp"),
        *("configuration", "developerConfiguration", "featureGates", "disabledFeatureGates", "observedKubeVirtVersion"),
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("Running"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=40,
)


@given(st.dictionaries(KEYS, ANYTHING))
def test_any_object(item: dict[str, Any]) -> None:
    found = described(item)
    assert found.vmi.cid is None or 2 < found.vmi.cid < 2**32 - 1


@given(st.dictionaries(KEYS, ANYTHING), ANYTHING)
def test_any_kubevirt(developer: dict[str, Any], status: object) -> None:
    item = {"spec": {"configuration": {"developerConfiguration": developer}}, "status": status}
    assert off_in(item) in (True, False)


@given(st.text() | st.from_regex(r"/kubepods(-[a-z]+)?-pod[0-9a-f_-]{30,40}(\.slice)?/"))
def test_any_cgroup(text: str) -> None:
    uid = pod_of(text)
    assert uid is None or len(uid) == 36


def test_where_a_vmi_runs() -> None:
    found = described(vmi())
    assert (found.vmi.node, found.vmi.cid, found.pods) == ("node-1", 42, (POD,))
    assert found.vmi.running_since == 1767225600.0


@pytest.mark.parametrize(
    ("gates", "version", "off"),
    [
        ({"featureGates": ["VSOCK"]}, "v1.5.0", False),
        ({"featureGates": ["GPU"]}, "v1.5.0", True),
        ({"featureGates": None}, "v0.59.0", True),
        ({}, "v1.10.0", False),
        ({"disabledFeatureGates": ["VSOCK"]}, "v1.10.0", True),
        ({}, None, False),
    ],
)
def test_feature_gate(gates: dict[str, Any], version: str | None, off: bool) -> None:
    kubevirt = {
        "spec": {"configuration": {"developerConfiguration": gates}},
        "status": {"observedKubeVirtVersion": version},
    }
    assert off_in(kubevirt) is off


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(autouse=True)
def _this_is_node_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_NAME", "node-1")


def found(trust: Authority, tmp_path: Path, api: Api, selection: Selection) -> tuple[Target, ...]:
    """The targets of a selection in a cluster."""

    async def run() -> tuple[Target, ...]:
        async with running(api, trust.server):
            path = kubeconfig(tmp_path / "config", f"https://127.0.0.1:{api.port}", trust.ca_file)
            async with cluster_of(replace(selection, kubeconfig=str(path)), 5.0) as cluster:
                return await cluster.targets()

    return asyncio.run(run())


FLEET = [
    vmi("train-1"),
    vmi("train-2", metadata__namespace="tenant-b", status__VSOCKCID=43, metadata__labels={"gpu": "yes"}),
    vmi("web", **{f"{DEVICES}gpus": []}),
    vmi("done", status__phase="Succeeded"),
    vmi("waiting", status__phase="Scheduling"),
    vmi("amd", **{f"{DEVICES}gpus": [{"deviceName": "amd.com/MI300"}]}),
]


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        (Selection(every=True), ["tenant-a/train-1", "tenant-b/train-2", "tenant-a/waiting", "tenant-a/amd"]),
        (Selection(every=True, namespace="tenant-b"), ["tenant-b/train-2"]),
        (Selection(every=True, selector="gpu=yes"), ["tenant-b/train-2"]),
        (Selection(every=True, selector="gpu=no"), []),
        (Selection(vmis=(("tenant-a", "web"), ("tenant-a", "none"))), ["tenant-a/web", "tenant-a/none"]),
    ],
    ids=["all", "namespace", "selector", "no-match", "named"],
)
def test_selection(selection: Selection, names: list[str], trust: Authority, tmp_path: Path) -> None:
    assert [target.name for target in found(trust, tmp_path, Api(vmis=FLEET), selection)] == names


def only(trust: Authority, tmp_path: Path, api: Api, name: str, via: Via = Via.API) -> Target:
    (target,) = found(trust, tmp_path, api, Selection(vmis=(("tenant-a", name),), via=via))
    return target


def test_target_through_the_api(trust: Authority, tmp_path: Path) -> None:
    target = only(trust, tmp_path, Api(vmis=FLEET), "train-1")
    assert target.address == VmiAddress("tenant-a", "train-1", 5555)
    assert target.engine == "vsock://42:5555"
    assert target.vmi
    assert target.vmi.gpus == 2


def obstacle(target: Target) -> Any:
    assert isinstance(target.address, NoAddress)
    return target.address.seen


def test_vmi_that_is_not_there(trust: Authority, tmp_path: Path) -> None:
    seen = obstacle(only(trust, tmp_path, Api(vmis=FLEET), "none"))
    assert (seen.step, seen.http_status) == (Step.FIND, 404)


def test_vmi_that_may_not_be_read_is_tried_all_the_same(trust: Authority, tmp_path: Path) -> None:
    target = only(trust, tmp_path, Api(), "unreadable")
    assert (target.address, target.vmi) == (VmiAddress("tenant-a", "unreadable", 5555), None)
    assert obstacle(only(trust, tmp_path, Api(), "unreadable", Via.NODE)).http_status == 403


@pytest.mark.parametrize(
    ("gates", "sign"), [(["VSOCK"], Sign.VSOCK_NOT_ATTACHED), ([], Sign.FEATURE_GATE_OFF)], ids=["on", "off"]
)
def test_vsock_not_attached(gates: list[str], sign: Sign, trust: Authority, tmp_path: Path) -> None:
    kubevirt = {
        "spec": {"configuration": {"developerConfiguration": {"featureGates": gates}}},
        "status": {"observedKubeVirtVersion": "v1.5.0"},
    }
    api = Api(vmis=[vmi(**{f"{DEVICES}autoattachVSOCK": None})], kubevirts=[kubevirt])
    assert obstacle(only(trust, tmp_path, api, "train-1")).sign is sign


def test_node_asks_for_its_own_vmis(trust: Authority, tmp_path: Path) -> None:
    api = Api(vmis=[vmi("here"), vmi("there", metadata__labels={"kubevirt.io/nodeName": "node-2"})])
    targets = found(trust, tmp_path, api, Selection(every=True, via=Via.NODE))
    assert [target.name for target in targets] == ["tenant-a/here"]


@pytest.mark.parametrize(
    ("token", "config", "sign", "status"),
    [
        pytest.param("other", None, None, 401, id="unauthorized"),
        pytest.param(None, "none", Sign.NO_CONFIGURATION, None, id="no-kubeconfig"),
    ],
)
def test_cluster_that_cannot_be_asked(
    token: str | None, config: str | None, sign: Sign | None, status: int | None, trust: Authority, tmp_path: Path
) -> None:
    async def run() -> None:
        async with running(Api(token=token or "x"), trust.server) as api:
            path = kubeconfig(tmp_path / "config", f"https://127.0.0.1:{api.port}", trust.ca_file)
            selection = Selection(every=True, kubeconfig=config or str(path))
            async with cluster_of(selection, 5.0) as cluster:
                await cluster.targets()

    with pytest.raises(Unreachable) as raised:
        asyncio.run(run())
    assert (raised.value.observation.sign, raised.value.observation.http_status) == (sign, status)


def processes(folder: Path, cgroups: dict[int, str], **modes: str) -> str:
    """A /proc with these processes and modes of VSOCK."""
    for pid, cgroup in cgroups.items():
        (folder / str(pid) / "ns").mkdir(parents=True)
        (folder / str(pid) / "cgroup").write_text(cgroup)
        (folder / str(pid) / "ns" / "net").touch()
    (folder / "sys" / "net" / "vsock").mkdir(parents=True)
    for name, mode in modes.items():
        (folder / "sys" / "net" / "vsock" / name).write_text(f"{mode}\n")
    return str(folder)


SYSTEMD = (
    f"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{POD.replace('-', '_')}.slice/cri-1.scope\n"
)
CGROUPFS = f"12:cpu:/kubepods/burstable/pod{POD}/0123456789ab\n0::/\n"
RELATIVE = f"0::/../../kubepods-pod{POD.replace('-', '_')}.slice/cri-containerd-1.scope\n"


@pytest.mark.parametrize("cgroup", [SYSTEMD, CGROUPFS, RELATIVE], ids=["systemd", "cgroupfs", "relative"])
def test_process_of_a_pod(cgroup: str, tmp_path: Path) -> None:
    proc = processes(tmp_path, {1: "0::/init.scope\n", 70: cgroup, 71: cgroup, 9: "0::/kubepods.slice/podless\n"})
    assert launchers([POD, OTHER_POD], proc) == {POD: 70}


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        ({}, False),
        ({"ns_mode": "global", "child_ns_mode": "global"}, False),
        ({"ns_mode": "global", "child_ns_mode": "local"}, True),
        ({"ns_mode": "local", "child_ns_mode": "local"}, True),
    ],
)
def test_confined(modes: dict[str, str], expected: bool, tmp_path: Path) -> None:
    assert confined(processes(tmp_path, {}, **modes)) is expected


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        (NamespaceVsockAddress(pid=7), True),
        (NamespaceVsockAddress(netns="/run/netns/a"), True),
        (NamespaceVsockAddress(pid=7, pod_uid=POD), False),
    ],
)
def test_namespace_that_only_a_number_names_is_opened_once(address: NamespaceVsockAddress, kept: bool) -> None:
    context = Context()
    assert (transport_to(address, context) is transport_to(address, context)) is kept


@pytest.mark.parametrize(
    ("node", "cgroups", "modes", "expected"),
    [
        pytest.param("node-1", {7: SYSTEMD}, {}, NamespaceVsockAddress(5555, 42, 7, pod_uid=POD), id="namespace"),
        pytest.param(
            "node-1", {7: SYSTEMD}, {"ns_mode": "local"}, NamespaceVsockAddress(5555, 42, 7, pod_uid=POD), id="confined"
        ),
        pytest.param("node-1", {}, {}, VsockAddress(42, 5555), id="process-not-seen"),
        pytest.param("node-1", {}, {"child_ns_mode": "local"}, Sign.LAUNCHER_NOT_FOUND, id="confined-and-not-seen"),
        pytest.param("node-2", {7: SYSTEMD}, {}, Sign.WRONG_NODE, id="other-node"),
    ],
)
def test_way_on_a_node(
    node: str, cgroups: dict[int, str], modes: dict[str, str], expected: object, tmp_path: Path
) -> None:
    one: Described = described(vmi())
    way = ways_on_node([one], node, 5555, processes(tmp_path, cgroups, **modes))["tenant-a/train-1"]
    assert (way.seen.sign if isinstance(way, NoAddress) else way) == expected
