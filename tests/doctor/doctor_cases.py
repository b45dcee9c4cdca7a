"""What is planted, and what doctor must find: one case for each thing that can be wrong, and every healthy path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from doctor_cluster import END, INTERVAL, history

from gpurules.config.model import Config, DcgmSection, KubevirtSection, RulesSection
from gpurules.scenario.events import silence
from gpurules.scenario.exposition import OBSERVER_JOB
from gpurules.scenario.fleet import NAMESAKE, SINGLE, cluster, exporter
from gpurules.scenario.kube_state import GPU_RESOURCE
from gpurules.scenario.model import Cluster, Exporter, World
from gpurules.scenario.quantities import DEFAULT_FIELDS
from gpurules.scenario.scenarios.registry import world
from gpurules.scenario.told import told

SECONDS = 1800
ALL = 4
"""GPUs of the usual three VMs."""

Lines = Callable[[list[str]], list[str]]


def same(lines: list[str]) -> list[str]:
    """Nothing changed."""
    return lines


@dataclass(frozen=True)
class Case:
    """A cluster, how its guests are scraped, and what must be found.

    ``joins``: by path, how many GPU series carry its identity and join one VM, none, several; other paths carry none.
    ``findings``: the ids, all of them. ``paths``: those that are recommended, and ``settings`` of the recommended
    configuration beside them. ``evaluator``: which lines the second server has, if there is one.
    """

    cluster: Cluster
    joins: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    findings: frozenset[str] = frozenset()
    paths: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    honor: bool = False
    config: Config = field(default_factory=Config)
    interval: int = INTERVAL
    lines: Lines = same
    evaluator: Lines | None = None


RESOURCES = {"kubevirt.gpu_resources": f"[{GPU_RESOURCE}]"}


def usual(*ways: str, kube_state: bool = True, release: str = "main", story: str = "steady") -> Cluster:
    """The cluster of a story, its VMs collected in turn by ``ways``."""
    return told(world(story), tuple((way,) for way in ways or ("pod-network",)), release, kube_state).cluster


def with_guests(guest: Exporter) -> Cluster:
    """The usual VMs, all with this exporter."""
    found = usual()
    return replace(found, machines=tuple(replace(one, exporter=guest) for one in found.machines))


def two_vms(*ways: str) -> Cluster:
    """One VM on each of two nodes."""
    alone = World("two", cluster(SINGLE, NAMESAKE), (360,))
    return told(alone, tuple((way,) for way in ways), kube_state=True).cluster


def silenced() -> Cluster:
    """A guest that stopped answering long ago."""
    return told(silence(world("steady"), "research", "train", 600), (("pod-network",),), kube_state=True).cluster


def kubevirt(**settings: str) -> Config:
    """A configuration that says something of KubeVirt."""
    return Config(kubevirt=KubevirtSection(**settings))  # type: ignore[arg-type]


def labelled(wanted: Callable[[str], str]) -> Lines:
    """Every series with further labels, by its line; lines for which that is ``drop`` are left out."""

    def change(lines: list[str]) -> list[str]:
        changed = []
        for line in lines:
            if line.startswith("#"):
                changed.append(line)
                continue
            more = wanted(line)
            if more != "drop":
                name, brace, rest = line.partition("{")
                changed.append(f"{name}{brace}{more}{',' if more else ''}{rest}")
        return changed

    return change


def is_gpu(line: str) -> bool:
    """Whether it is a line of dcgm-exporter."""
    return line.startswith("DCGM_")


def of_scrape(line: str, *addresses: str) -> bool:
    """Whether it comes from one of these addresses."""
    return any(f'instance="{address}:' in line for address in addresses)


FIRST_SHARD = ("10.128.0.7", "10.128.1.1")
"""The leader of virt-controller, and the guest of one VM."""


def by_prometheus(line: str) -> str:
    return 'prometheus="tenants/user"' if is_gpu(line) or "dcgm" in line else 'prometheus="platform/k8s"'


def by_shard(line: str) -> str:
    shard = "k8s-0" if of_scrape(line, *FIRST_SHARD) else "k8s-shard-1-0"
    return f'prometheus="monitoring/k8s",prometheus_replica="prometheus-{shard}"'


def by_cluster(line: str) -> str:
    return 'cluster="east"' if of_scrape(line, "10.129.1.1") else 'cluster="west"'


def twice(lines: list[str], label: str = "cluster") -> list[str]:
    """The same in two clusters; the lines of one metric stay together."""
    changed = []
    for line in lines:
        name, brace, rest = line.partition("{")
        changed += [f'{name}{brace}{label}="{one}",{rest}' for one in ("east", "west")] if brace else [line]
    return changed


def beside(other: Cluster) -> Lines:
    """The usual cluster as ``east`` and another one as ``west``; the lines of one metric stay together."""

    def change(lines: list[str]) -> list[str]:
        by_metric: dict[str, list[str]] = {}
        for name, those in (("east", lines), ("west", history(other, False, SECONDS))):
            for line in labelled(lambda line, name=name: f'cluster="{name}"')(those):  # type: ignore[misc]
                if not line.startswith("#"):
                    by_metric.setdefault(line.partition("{")[0], []).append(line)
        heads = ((f"# TYPE {metric} gauge\n", rows) for metric, rows in by_metric.items())
        return [*(line for head, rows in heads for line in (head, *rows)), "# EOF\n"]

    return change


def first_shard_only(line: str) -> str:
    return "" if of_scrape(line, *FIRST_SHARD, "10.128.0.3") else "drop"


def without_machines(line: str) -> str:
    return "drop" if line.startswith("kubevirt_") else ""


def elsewhere(story: str) -> Cluster:
    """The other cluster of a story, its guests scraped on their launcher pods."""
    return told(world(story), (("pod-network",),), "main", True).others["away"]


def in_clusters(label: str) -> Config:
    """A configuration that tells clusters apart by ``label``."""
    return Config(rules=RulesSection(cluster_label=label))


def healthy(path: str, way: str, gpus: int = ALL, **settings: str) -> Case:
    """Everything joins on one path, and nothing is wrong."""
    written = {key.replace("__", "."): value for key, value in settings.items()}
    found = usual(way) if gpus == ALL else two_vms(way)
    return Case(found, {path: (gpus, 0, 0)}, paths=(path,), settings={**RESOURCES, **written})


def wrong(*findings: str, **more: object) -> Case:
    """The usual cluster with all guests scraped on their launcher pods, and something wrong with it."""
    usually: dict[str, object] = {
        "cluster": usual(),
        "joins": {"pod-network": (ALL, 0, 0)},
        "paths": ("pod-network",),
        "settings": RESOURCES,
        "findings": frozenset(findings),
    }
    return Case(**{**usually, **more})  # type: ignore[arg-type]


FEW = DEFAULT_FIELDS[:-3]
NEW_GUEST = exporter()
NEW_GUEST = replace(NEW_GUEST, old_names=False, hostname_label="hostname", driver_label="")

CASES: dict[str, Case] = {
    "pod-network": healthy("pod-network", "pod-network"),
    "vsock-sidecar": healthy("vsock-sidecar", "vsock-sidecar"),
    "vsock-exporter": healthy("vsock-exporter", "vsock-exporter"),
    "vsock-exporter with pod labels": healthy(
        "vsock-exporter", "vsock-exporter-labelled", dcgm__vm_name_label="vmi_kubevirt_io_id"
    ),
    "remote, named": healthy("remote", "remote"),
    "remote, by address": healthy("remote", "remote-address"),
    "host": healthy("host", "host-mapped"),
    "host, honored": replace(healthy("host", "host-mapped"), honor=True),
    "single-vm-node": healthy(
        "single-vm-node", "node-exporter", 2, dcgm__path_selectors="""{single-vm-node: 'job="vsock-readers"'}"""
    ),
    "single-vm-node, relabelled": healthy(
        "single-vm-node",
        "node-exporter-relabelled",
        2,
        dcgm__path_selectors="""{single-vm-node: 'job="vsock-readers"'}""",
    ),
    "three paths": Case(
        usual("remote", "vsock-sidecar", "pod-network"),
        {"remote": (1, 0, 0), "vsock-sidecar": (2, 0, 0), "pod-network": (1, 0, 0)},
        paths=("vsock-sidecar", "pod-network", "remote"),
        settings=RESOURCES,
    ),
    "containers beside VMs": Case(
        usual(story="containers"), {"pod-network": (3, 0, 0)}, paths=("pod-network",), settings=RESOURCES
    ),
    "containers, honored": Case(
        usual(story="containers"), {"pod-network": (3, 0, 0)}, paths=("pod-network",), settings=RESOURCES, honor=True
    ),
    "new exporters": wrong(cluster=with_guests(NEW_GUEST)),
    "v1.4, as configured": wrong(cluster=usual(release="v1.4"), config=kubevirt(release="v1.4")),
    "no kube-state-metrics": wrong(cluster=usual(kube_state=False), settings={}),
    "another release": wrong(
        "kubevirt-release", cluster=usual(release="v1.4"), settings={**RESOURCES, "kubevirt.release": "v1.4"}
    ),
    "an older release is configured": wrong(
        "kubevirt-release", config=kubevirt(release="v1.4"), settings={**RESOURCES, "kubevirt.release": "main"}
    ),
    "a release that names no launcher pod, alone": Case(
        usual(release="v1.4", kube_state=False),
        {"pod-network": (0, ALL, 0)},
        frozenset({"series-unjoined", "kubevirt-release"}),
    ),
    "another exporter": wrong(
        "exporter-release",
        cluster=with_guests(NEW_GUEST),
        config=Config(dcgm=DcgmSection(exporters=("4.5.3-4.8.2",))),
        settings={**RESOURCES, "dcgm.exporters": "[]"},
    ),
    "missing counters": wrong("counters-missing", cluster=with_guests(exporter(FEW))),
    "a VM that KubeVirt does not name": wrong(
        "series-unjoined",
        cluster=usual(story="no_vm"),
        joins={"pod-network": (3, 3, 0)},
    ),
    "a silent VM": wrong("gpu-vm-silent", cluster=silenced(), joins={"pod-network": (3, 0, 0)}),
    "two VMs of one address": Case(
        usual("remote-address", story="same_address"),
        {"remote": (2, 0, 4)},
        frozenset({"series-ambiguous", "identity-ambiguous"}),
        ("remote",),
        RESOURCES,
    ),
    "two VMs on one node": Case(
        usual("node-exporter"),
        {"single-vm-node": (1, 0, 3)},
        frozenset({"gpu-of-nobody", "identity-ambiguous"}),
        ("single-vm-node",),
        {**RESOURCES, "dcgm.path_selectors": """{single-vm-node: 'job="vsock-readers"'}"""},
    ),
    "one UUID in two VMs": wrong(
        # Two of the VMs that share one end before the story does.
        "uuid-shared",
        "gpu-vm-silent",
        cluster=usual(story="shared_uuid"),
        joins={"pod-network": (9, 0, 0)},
    ),
    "scraped twice": wrong("scraped-twice", cluster=usual(story="scraped_twice"), joins={"pod-network": (7, 0, 0)}),
    "a guest that claims another VM": wrong(
        "guest-claims-vm",
        "forged-series",
        cluster=usual(story="spoofing"),
        joins={"pod-network": (3, 0, 0)},
        settings={**RESOURCES, "dcgm.honor_labels": '"false"'},
    ),
    "the same, honored": wrong(
        "labels-overridden",
        "forged-series",
        "identity-ambiguous",
        cluster=usual(story="spoofing"),
        joins={"pod-network": (3, 0, 0)},
        honor=True,
    ),
    "the same, and nothing says what was scraped": wrong(
        "launcher-contested",
        "forged-series",
        "identity-ambiguous",
        "gpu-vm-silent",
        cluster=usual(story="spoofing"),
        joins={"pod-network": (3, 0, 0)},
        honor=True,
        lines=labelled(lambda line: "drop" if line.startswith("up{") else ""),
    ),
    "a guest that is a Kubernetes node": wrong(
        "guest-labels",
        cluster=usual(story="nested"),
        joins={"pod-network": (2, 0, 0)},
        settings={**RESOURCES, "dcgm.honor_labels": '"false"'},
    ),
    "the same guest, honored": wrong(
        "labels-overridden", cluster=usual(story="nested"), joins={"pod-network": (1, 0, 0)}, honor=True
    ),
    "a guest that emits another's VM": wrong(
        "series-ambiguous",
        "forged-series",
        "identity-ambiguous",
        cluster=usual(story="forged_source"),
        joins={"pod-network": (2, 0, 1)},
        honor=True,
    ),
    # Two launcher pods have one name, in two namespaces: the observer's series tell them by exported_namespace alone.
    "two emitters": wrong("two-emitters", "identity-ambiguous", cluster=usual(story="two_emitters")),
    "the observer alone": wrong(
        "info-selector",
        "identity-ambiguous",
        cluster=usual(story="observer_only"),
        settings={**RESOURCES, "kubevirt.observer_selector": f"""'job="{OBSERVER_JOB}"'"""},
    ),
    "the observer alone, as configured": wrong(
        "identity-ambiguous",
        cluster=usual(story="observer_only"),
        config=kubevirt(observer_selector=f'job="{OBSERVER_JOB}"'),
    ),
    "another job is believed": wrong(
        "info-selector",
        config=kubevirt(info_selector='job="virt-controller"'),
        settings={**RESOURCES, "kubevirt.info_selector": """'job="kubevirt-prometheus-metrics"'"""},
    ),
    "GPUs that the node maps to nobody": Case(
        two_vms("host-unmapped"),
        {"single-vm-node": (2, 0, 0)},
        frozenset(),
        ("single-vm-node",),
        {**RESOURCES, "dcgm.path_selectors": """{single-vm-node: 'job="nvidia-dcgm-exporter"'}"""},
    ),
    "no GPU series": Case(
        usual(),
        findings=frozenset({"no-gpu-series", "gpu-vm-silent"}),
        lines=labelled(lambda line: "drop" if is_gpu(line) else ""),
    ),
    "no KubeVirt": Case(
        usual(),
        {"pod-network": (ALL, 0, 0)},
        frozenset({"no-kubevirt-series"}),
        ("pod-network",),
        {**RESOURCES, "kubevirt.release": "v1.4"},
        lines=labelled(without_machines),
    ),
    "tenants and platform": wrong("sides-apart", lines=labelled(by_prometheus)),
    "two shards": wrong("sharded", lines=labelled(by_shard)),
    "two clusters": wrong(
        "clusters-mixed", lines=labelled(by_cluster), settings={**RESOURCES, "rules.cluster_label": "cluster"}
    ),
    "two clusters, as configured": wrong(
        joins={"pod-network": (2 * ALL, 0, 0)},
        lines=twice,
        config=in_clusters("cluster"),
    ),
    "two clusters by another label": wrong(
        "clusters-mixed",
        "identity-ambiguous",
        lines=lambda lines: twice(lines, "k8s_cluster"),
        settings={**RESOURCES, "rules.cluster_label": "k8s_cluster"},
    ),
    "two clusters, and another label is configured": wrong(
        "clusters-mixed",
        "identity-ambiguous",
        lines=twice,
        config=in_clusters("region"),
        settings={**RESOURCES, "rules.cluster_label": "cluster"},
    ),
    "one cluster, and a label is configured": wrong("cluster-label-absent", config=in_clusters("region")),
    # The VM of the same name in the other cluster sends.
    "two clusters, and a VM of one is silent": wrong(
        "gpu-vm-silent",
        joins={"pod-network": (ALL + 3, 0, 0)},
        lines=beside(silenced()),
        config=in_clusters("cluster"),
    ),
    "two clusters that call things alike": wrong(
        # A launcher of the one is known to KubeVirt in the other alone.
        "series-unjoined",
        cluster=usual(story="several_clusters"),
        joins={"pod-network": (9, 1, 0)},
        lines=beside(elsewhere("several_clusters")),
        config=in_clusters("cluster"),
    ),
    "only guests carry the cluster": wrong(
        "series-unjoined",
        "gpu-vm-silent",
        joins={"pod-network": (0, ALL, 0)},
        lines=labelled(lambda line: 'cluster="east"' if is_gpu(line) or "dcgm" in line else ""),
        config=in_clusters("cluster"),
        paths=(),
        settings={},
    ),
    "a vGPU's host beside its VMs": wrong(
        "gpu-of-nobody", cluster=usual(story="vgpu"), joins={"pod-network": (3, 0, 0), "single-vm-node": (0, 1, 0)}
    ),
    "a GPU in MIG mode": wrong(cluster=usual(story="mig"), joins={"pod-network": (3, 0, 0)}),
    "exporters of two releases": wrong(cluster=usual(story="mixed_exporters"), joins={"pod-network": (6, 0, 0)}),
    "exporters that write uuid": wrong(cluster=usual(story="old_label_names"), joins={"pod-network": (3, 0, 0)}),
    "series that are sent several times": wrong(
        cluster=usual(story="repeated_series"), joins={"pod-network": (5, 0, 0)}
    ),
    "names that are cut": wrong(cluster=usual(story="long_names"), joins={"pod-network": (3, 0, 0)}),
    "VMs whose pod is not named": wrong(
        "series-unjoined", cluster=usual(story="no_vmi_pod"), joins={"pod-network": (2, 2, 0)}
    ),
    "an evaluator that is a shard": wrong("evaluator-blind", evaluator=labelled(first_shard_only)),
    "an evaluator without KubeVirt": wrong("evaluator-blind", evaluator=labelled(without_machines)),
    "an evaluator that sees all": wrong(evaluator=same),
    "scraped every two minutes": wrong(
        "rate-window-short", interval=100, settings={**RESOURCES, "rules.rate_window": "14m"}
    ),
    "DCGM read every two minutes": wrong(
        "collection-interval",
        "rate-window-short",
        cluster=replace(usual(), collection=120),
        interval=30,
        settings={**RESOURCES, "dcgm.collection_interval": "2m", "rules.rate_window": "16m"},
    ),
}

MOMENT = END
WINDOW = RulesSection().rate_window
