"""Everything that scaffold can print is what the API server takes: by the CRDs, and by rules of our own."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import jsonschema
import pytest
import yaml
from kubernetes_types import is_known, wrong_fields
from scaffolded import CASES, LOADER, NAMED, Case, objects, parsed
from structure import complaints

from crd import FILES, validator
from gpurules.app.scaffold import Wishes
from gpurules.catalog.exporters import accepts, find
from gpurules.config.model import Config, DcgmSection, KubevirtSection, RulesSection
from gpurules.manifests.paths.registry import SCAFFOLDED
from gpurules.manifests.probing import EITHER, PROBE_PARTS
from gpurules.text.errors import InputError

GIVEN = frozenset({("ServiceAccount", "default"), ("ServiceAccount", "gpurules-probe-api")})
"""Objects that are there already: the launcher pods' account, and what part probe-api brings to probe-job."""

each_case = pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])


@cache
def _validator(kind: str) -> Any:
    return validator(kind)


@each_case
def test_objects_fit_together(case: Case) -> None:
    assert complaints(objects(case.wishes), GIVEN) == []


@each_case
def test_fields_are_those_of_kubernetes(case: Case) -> None:
    made = objects(case.wishes)
    assert [one["kind"] for one in made if not is_known(one) and one["kind"] not in (*FILES, "ScrapeConfig")] == []
    assert [text for one in made for text in wrong_fields(one)] == []


@pytest.mark.parametrize("kind", ["Deployment", "RoleBinding", "NetworkPolicy", "ConfigMap"])
def test_an_unknown_field_is_noticed(kind: str) -> None:
    made = objects(Wishes(path="vsock-exporter", machines=("tenant-a/train-1",)))
    one = next(each for each in made if each["kind"] == kind)
    assert wrong_fields({**one, "specification": {}}) == [f"{kind}.specification is unknown"]
    assert wrong_fields({**one, "metadata": {**one["metadata"], "labels": {"a": 1}}}) == [
        f"{kind}.metadata.labels[a] is no str"
    ]


@each_case
def test_monitors_satisfy_the_crds(case: Case) -> None:
    for one in objects(case.wishes):
        if one["kind"] in FILES:
            assert [error.message for error in _validator(one["kind"]).iter_errors(one)] == []


def entries(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


TEXT, COUNT, FLAG = {"type": "string", "minLength": 1}, {"type": "integer", "minimum": 0}, {"type": "boolean"}
TIME = {"type": "string", "pattern": "^([0-9]+(ms|s|m|h|d|w|y))+$"}
RELABELING = entries(
    [],
    sourceLabels={"type": "array", "items": {"type": "string", "pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$"}},
    separator={"type": "string"},
    targetLabel=TEXT,
    regex={"type": "string"},
    replacement={"type": "string"},
    action={"enum": ["replace", "keep", "drop", "labelmap", "labeldrop", "labelkeep"]},
)
RELABELINGS = {"type": "array", "items": RELABELING, "minItems": 1}
SCRAPE_CONFIG = jsonschema.Draft7Validator(
    entries(
        ["spec"],
        apiVersion={"const": "monitoring.coreos.com/v1alpha1"},
        kind={"const": "ScrapeConfig"},
        metadata={"type": "object"},
        spec=entries(
            ["staticConfigs"],
            jobName=TEXT,
            staticConfigs={
                "type": "array",
                "items": entries(
                    ["targets"],
                    targets={"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True},
                    labels={"type": "object", "additionalProperties": {"type": "string"}},
                ),
            },
            relabelings=RELABELINGS,
            metricRelabelings=RELABELINGS,
            metricsPath=TEXT,
            scrapeInterval=TIME,
            scrapeTimeout=TIME,
            honorLabels=FLAG,
            honorTimestamps=FLAG,
            enableHTTP2=FLAG,
            sampleLimit=COUNT,
            targetLimit=COUNT,
            labelLimit=COUNT,
            labelNameLengthLimit=COUNT,
            labelValueLengthLimit=COUNT,
        ),
    )
)
"""The entries of a ScrapeConfig that a set-up may need (prometheus-operator, v1alpha1/scrapeconfig_types.go)."""


@each_case
def test_scrape_configs_satisfy_their_schema(case: Case) -> None:
    made = [one for one in objects(case.wishes) if one["kind"] == "ScrapeConfig"]
    assert bool(made) is (case.wishes.path == "remote" and not case.wishes.parts)
    for one in made:
        assert [error.message for error in SCRAPE_CONFIG.iter_errors(one)] == []
        for field, value in (("followRedirects", False), ("scrapeInterval", "often"), ("staticConfigs", [{}])):
            assert list(SCRAPE_CONFIG.iter_errors({**one, "spec": {**one["spec"], field: value}}))


BROKEN = [
    ("Deployment", ("spec", "selector", "matchLabels", "gpu-metrics-vm"), "other"),
    ("Deployment", ("spec", "template", "spec", "serviceAccountName"), "nobody"),
    ("Deployment", ("spec", "template", "spec", "volumes", 0, "configMap", "name"), "missing"),
    ("Deployment", ("spec", "template", "spec", "volumes", 0, "name"), "other"),
    ("Deployment", ("spec", "template", "spec", "containers", 1, "ports", 0, "containerPort"), "9400"),
    ("Deployment", ("spec", "template", "spec", "containers", 0, "env", 2, "value"), 5555),
    ("Deployment", ("spec", "template", "spec", "containers", 0, "securityContext", "privileged"), True),
    ("RoleBinding", ("roleRef", "name"), "other"),
    ("ConfigMap", ("metadata", "name"), "Upper"),
    ("ConfigMap", ("metadata", "labels", "x"), "not a value"),
    ("NetworkPolicy", ("apiVersion",), "extensions/v1beta1"),
]


@pytest.mark.parametrize(("kind", "path", "value"), BROKEN)
def test_the_rules_can_refuse(kind: str, path: tuple[Any, ...], value: Any) -> None:
    made = objects(Wishes(path="vsock-exporter", machines=("tenant-a/train-1",)))
    holder = next(one for one in made if one["kind"] == kind)
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    assert complaints(made)


@pytest.mark.parametrize("release", ["3.1.8-3.1.5", "4.2.3-4.2.0", "4.5.3-4.8.2", "4.6.1-4.8.4"])
def test_an_exporter_is_given_only_names_that_it_knows(release: str) -> None:
    from gpurules.app.scaffold import scaffolding

    config = Config(dcgm=DcgmSection(exporters=(release,)))
    for path in ("pod-network", "host", "vsock-sidecar"):
        text = scaffolding(config, Wishes(path=path)).files["-"]
        assert release in text or path == "pod-network"
        csv = [one for one in _all_csv(parsed(text)) if one]
        names = [line.partition(",")[0] for line in csv[0].splitlines()]
        assert len(names) > 15
        assert [name for name in names if not accepts(find(release), name)] == []


def _all_csv(made: list[Any]) -> list[str]:
    found = []
    for one in made:
        found += [value for key, value in one.get("data", {}).items() if key.endswith(".csv")]
        if one["kind"] == "Secret":
            files = yaml.load(one["stringData"]["userdata"], Loader=LOADER)["write_files"]
            found += [entry["content"] for entry in files if entry["path"].endswith(".csv")]
    return found


@each_case
def test_guests_are_set_up_by_cloud_init(case: Case) -> None:
    for one in objects(case.wishes):
        if one["kind"] != "Secret":
            continue
        userdata = one["stringData"]["userdata"]
        assert userdata.startswith("#cloud-config\n")
        data = yaml.load(userdata, Loader=LOADER)
        units = {entry["path"]: entry["content"] for entry in data["write_files"]}
        engine = units["/etc/systemd/system/nvidia-dcgm.service.d/gpurules.conf"]
        listens = (
            "-c -p 5555" if "vsock" in (case.wishes.path or "") or "single" in case.wishes.path else "-b 127.0.0.1"
        )
        assert listens in engine
        assert "ExecStart=\n" in engine
        assert all(isinstance(line, str) for line in data["runcmd"])


PRESETS = ("default", "minimal", "full", "chargeback", "vep254")
PROFILED = ("default", "full", "chargeback")
"""Presets with fields of DCGM's profiling module."""
NAME = re.compile(r"\bDCGM_[A-Z0-9_]+")


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("path", SCAFFOLDED)
def test_exactly_what_the_rules_read_is_collected(path: str, preset: str) -> None:
    from gpurules.app.rendering import render
    from gpurules.app.scaffold import scaffolding

    resources = ("nvidia.com/A10",) if path == "single-vm-node" else ()
    config = Config(rules=RulesSection(paths=(path,), preset=preset), kubevirt=KubevirtSection(gpu_resources=resources))
    read = set(NAME.findall(render(config).text))
    made = parsed(scaffolding(config, Wishes(path=path, machines=("a/b=192.0.2.1",))).files["-"])
    rows = [line for text in _all_csv(made) for line in text.splitlines()]
    counters = {row.partition(",")[0] for row in rows}
    labels = {row.partition(",")[0] for row in rows if row.split(",")[1] == "label"}
    (kept,) = {names for one in made for names in _kept(one)}
    assert counters
    assert counters - read == set()
    assert counters - labels - set(kept) == set()
    assert {name for name in read if name not in kept} <= {*labels, "DCGM_FI_SYSTEM_DRIVER_VERSION"}
    assert set(kept) <= read


def _kept(one: Any) -> list[tuple[str, ...]]:
    spec = one.get("spec", {})
    endpoints = [*spec.get("podMetricsEndpoints", ()), *spec.get("endpoints", ())]
    endpoints += [spec] if one["kind"] == "ScrapeConfig" else []
    steps = [step for endpoint in endpoints for step in endpoint.get("metricRelabelings", ())]
    return [tuple(step["regex"].split("|")) for step in steps if step["action"] == "keep"]


@pytest.mark.parametrize("preset", PRESETS)
def test_the_profiling_module_is_installed_where_it_is_needed(preset: str) -> None:
    from gpurules.app.scaffold import scaffolding

    config = Config(rules=RulesSection(paths=("pod-network",), preset=preset))
    (secret,) = [one for one in parsed(scaffolding(config, Wishes()).files["-"]) if one["kind"] == "Secret"]
    userdata = yaml.load(secret["stringData"]["userdata"], Loader=LOADER)
    profiled = "DCGM_FI_PROF_" in str(userdata["write_files"])
    assert ("datacenter-gpu-manager-4-proprietary" in userdata["packages"]) is profiled is (preset in PROFILED)


@pytest.mark.parametrize(
    ("path", "labelled", "vsock"),
    [
        ("pod-network", True, False),
        ("vsock-sidecar", True, True),
        ("vsock-exporter", False, True),
        ("single-vm-node", False, True),
        ("remote", False, False),
        ("host", False, False),
    ],
)
def test_a_vm_is_patched_with_what_its_path_needs(path: str, labelled: bool, vsock: bool) -> None:
    from gpurules.app.scaffold import scaffolding

    wishes = Wishes(path=path, machines=("tenant-a/train-1=192.0.2.1",), layout="kustomize")
    files = scaffolding(Config(), wishes).files
    patches = [yaml.load(text, Loader=LOADER) for name, text in files.items() if name.startswith("patches/")]
    wanted: dict[str, Any] = {"metadata": {"labels": {"gpu-metrics": "guest"}}} if labelled else {}
    wanted |= {"spec": {"domain": {"devices": {"autoattachVSOCK": True}}}} if vsock else {}
    assert patches == ([{"spec": {"template": wanted}}] if wanted else [])


WRONG = [
    (Wishes(path="pod-netwrk"), 'did you mean "pod-network"?'),
    (Wishes(), "a set-up is for one collection path; write --path pod-network"),
    (Wishes(path="pod-network", parts=("colection",)), 'did you mean "collection"?'),
    (Wishes(parts=("colection",)), "no path has a part 'colection'; did you mean \"collection\"?"),
    (Wishes(parts=("probe-jb",)), 'did you mean "probe-job"?'),
    (Wishes(parts=("guest", "probe-job")), "a set-up is for one collection path"),
    (Wishes(path="vsock-exporter"), "add --vm NAMESPACE/NAME"),
    (Wishes(path="remote"), "add --vm NAMESPACE/NAME=ADDRESS"),
    (Wishes(path="remote", machines=("a/b",)), "write --vm a/b=ADDRESS"),
    (Wishes(path="remote", machines=("a/b=1.1.1.1", "a/b=1.1.1.2")), "a/b is there twice, with different addresses"),
    (Wishes(path="remote", machines=("a/b=192.0.2.1:9400",)), "'192.0.2.1:9400' is no address; write an IP address"),
    (Wishes(path="remote", machines=("a/b=-x",)), "'-x' is no address"),
    (Wishes(path="host", name="n" * 41), "is longer than 40 characters"),
    (Wishes(path="pod-network", machines=("train-1",)), "'train-1' is no virtual machine; write NAMESPACE/NAME"),
    (Wishes(path="pod-network", machines=("a/" + "b" * 64,)), "at most 63 characters"),
    (Wishes(path="pod-network", machines=("a/b\nkind: x",)), "is no virtual machine"),
    (Wishes(path="host", parts=("probe-job",)), "name it with --probe-image"),
    (
        Wishes(parts=("probe-nodes", "probe-nodes-confined"), probe_image="r/x:1"),
        "are two forms of one DaemonSet; ask for",
    ),
    (Wishes(path="host", name="No"), "--name: 'No' is not of the right form"),
    (Wishes(path="host", namespace=""), "--namespace: ''"),
    (Wishes(path="host", exporter_image="a b"), "--exporter-image: 'a b'"),
    (Wishes(path="host", monitor_labels=(("a b", "c"),)), "--monitor-label: 'a b=c' is no label"),
    (Wishes(path="host", machine_label=("a", "b c")), "--vm-label: 'a=b c' is no label"),
    (Wishes(path="host", interval="soon"), "--scrape-interval"),
    (Wishes(path="host", seccomp_profile="../../etc"), "--seccomp-profile"),
    (Wishes(path="host", exporter_port=5555), "--exporter-port and --engine-port are the same"),
]


@pytest.mark.parametrize(("wishes", "says"), WRONG)
def test_what_cannot_be_set_up_is_said(wishes: Wishes, says: str) -> None:
    with pytest.raises(InputError) as caught:
        objects(wishes)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("release", "labels"),
    [
        ("v1.6", {"vm.kubevirt.io/name": "train"}),
        ("v1.7", {"vmi.kubevirt.io/id": "train.2"}),
        ("main", {"vmi.kubevirt.io/id": "train.2"}),
    ],
)
def test_an_exporter_stands_on_the_node_of_its_vm(release: str, labels: dict[str, str]) -> None:
    from gpurules.app.scaffold import scaffolding

    config = Config(kubevirt=KubevirtSection(release=release))
    made = parsed(scaffolding(config, Wishes(path="vsock-exporter", machines=("tenant-a/train.2",))).files["-"])
    (deployment,) = [one for one in made if one["kind"] == "Deployment"]
    affinity = deployment["spec"]["template"]["spec"]["affinity"]["podAffinity"]
    (term,) = affinity["requiredDuringSchedulingIgnoredDuringExecution"]
    assert term["labelSelector"]["matchLabels"] == labels


ON_NODES = [
    ("Deployment", Wishes(path="vsock-exporter", machines=("tenant-a/train-1",))),
    ("DaemonSet", Wishes(path="single-vm-node")),
    ("DaemonSet", Wishes(parts=("probe-nodes",), probe_image="r/x:1")),
    ("DaemonSet", Wishes(parts=("probe-nodes-confined",), probe_image="r/x:1")),
]


@pytest.mark.parametrize(("kind", "wishes"), ON_NODES)
def test_pods_run_on_tainted_nodes_too(kind: str, wishes: Wishes) -> None:
    (one,) = [each for each in objects(wishes) if each["kind"] == kind]
    assert one["spec"]["template"]["spec"]["tolerations"] == [{"operator": "Exists", "effect": "NoSchedule"}]


LONG = "n" * 40


@pytest.mark.parametrize("path", SCAFFOLDED)
def test_the_longest_names_fit(path: str) -> None:
    machines = (f"{'t' * 63}/{'v' * 63}=gpu.{'h' * 63}.example",)
    parts = [part.name for part in (*SCAFFOLDED[path].parts, *PROBE_PARTS) if part.name != EITHER[0]]
    wishes = Wishes(path=path, name=LONG, machines=machines, parts=tuple(parts), probe_image="r/x:1")
    made = objects(wishes)
    assert complaints(made, GIVEN) == []
    assert [
        one["metadata"]["name"] for one in made if one["kind"] == "CronJob" and len(one["metadata"]["name"]) > 52
    ] == []


def test_what_is_named_is_used() -> None:
    text = str(objects(NAMED.__class__(path="pod-network", machines=NAMED.machines, exporter_port=9500)))
    assert "9500" in text
    assert "9400" not in text
