"""A report in which a little of everything is wrong, for the forms of the report; and one with nothing in it."""

from __future__ import annotations

import math

from gpurules.doctor.model import (
    Ambiguity,
    Cost,
    Coverage,
    CoveragePoint,
    Fact,
    Figure,
    Finding,
    Gpu,
    Loaded,
    LostGpu,
    Machine,
    Node,
    PathJoin,
    Reason,
    Recommendation,
    Report,
    RuleGroup,
    RuleState,
    Sample,
    Setting,
    Severity,
)

AT = 1_767_323_045.0
DAY = 86_400.0
STEP = 300.0
H100, A100, L40S = "NVIDIA H100 80GB HBM3", "NVIDIA A100-SXM4-80GB", "NVIDIA L40S-24Q"
CONFIG = """\
dcgm:
  honor_labels: "false"
  collection_interval: 30s
kubevirt:
  release: v1.6
rules:
  paths:
    - pod-network
    - vsock-exporter
"""


def gpus(count: int, model: str, path: str, first: int, instances: int = 0) -> tuple[Gpu, ...]:
    """GPUs of one VM; or so many MIG instances of one."""
    uuid = "GPU-{:08x}-1f0e-4c1b-9d3a-5e0c7a2b4d61"
    if instances:
        return tuple(Gpu(uuid.format(first), "0", str(7 + number), model, path) for number in range(instances))
    return tuple(Gpu(uuid.format(first + number), str(number), "", model, path) for number in range(count))


def nodes() -> tuple[Node, ...]:
    """Five nodes; two VMs send nothing, one joins nothing."""
    pod, exporter = "pod-network", "vsock-exporter"
    return (
        Node(
            "worker-1",
            (
                Machine("finance", "risk-model", gpus(2, A100, pod, 1)),
                Machine("research", "simulate", gpus(8, H100, pod, 10)),
                Machine("research", "train-large-language-model-with-a-rather-long-name", gpus(4, H100, pod, 30)),
            ),
        ),
        Node(
            "worker-2",
            (
                Machine("platform", "notebook-mig", gpus(0, A100, pod, 40, instances=3)),
                Machine("research", "train", gpus(1, H100, pod, 50)),
                Machine("vision", "label-7", (), silent=True),
            ),
        ),
        Node("worker-3", (Machine("vision", "render", gpus(1, L40S, exporter, 60)), Machine("vision", "stream", ()))),
        Node("worker-4", tuple(Machine("vdi", f"desktop-{n}", gpus(1, L40S, pod, 70 + n)) for n in range(1, 7))),
        Node("", (Machine("finance", "backtest", (), silent=True),)),
    )


def coverage(
    path: str, carried: int, *, always: int = 0, worst: int = 0, swing: int = 0, gap: bool = False
) -> Coverage:
    """A day in which so many are ``always`` lost and more for two hours; with a ``gap`` Prometheus was away for one."""
    points = []
    for number in range(int(DAY / STEP)):
        hour = number * STEP / 3600
        now = carried - round(swing * math.sin(math.pi * number * STEP / DAY))
        lost = worst if 9 <= hour < 11 else always
        if not (gap and 3 <= hour < 4):
            points.append(CoveragePoint(AT - DAY + (number + 1) * STEP, now, now - lost))
    return Coverage(path, STEP, ("DCGM_FI_DEV_GPU_UTIL",), tuple(points))


def findings() -> tuple[Finding, ...]:
    """In no order; the forms sort."""
    launcher = (("namespace", "vision"), ("pod", "virt-launcher-stream-4hx2p"), ("UUID", "GPU-0000003d-1f0e-4c1b"))
    return (
        Finding(
            "gpu-vm-silent",
            Severity.WARNING,
            "silence",
            "2 VMs hold GPUs and send no DCGM series.",
            "Start dcgm-exporter in the guest; gpurules probe says what is wrong with its host engine.",
            (Figure("VMs", 2),),
            (
                Sample((("namespace", "vision"), ("name", "label-7"), ("node", "worker-2"))),
                Sample((("namespace", "finance"), ("name", "backtest"))),
            ),
        ),
        Finding(
            "series-unjoined",
            Severity.ERROR,
            "joining",
            "3 of 28 GPU series on path pod-network join no VM.",
            "Set honorLabels: false in the PodMonitor, so that the guest's labels do not replace the pod's.",
            (Figure("GPU series", 3),),
            (
                Sample(launcher, "no kubevirt_vmi_info has this launcher pod"),
                Sample(
                    (("namespace", "vdi"), ("pod", "virt-launcher-desktop-9-zz81k")), "the pod ended 14 minutes ago"
                ),
            ),
        ),
        Finding(
            "identity-ambiguous",
            Severity.WARNING,
            "history",
            "The launcher pod named two VMs for 25 minutes of the last 24 h; a naive join fails then.",
            "Use the rules of gpurules, which de-duplicate the identity.",
        ),
        Finding(
            "two-emitters",
            Severity.NOTE,
            "machines",
            "Both virt-controller and virt-handler send kubevirt_vmi_info.",
            "Nothing is to be done.",
        ),
    )


def sample_report() -> Report:
    """The report."""
    paths = (
        PathJoin(
            "pod-network",
            28,
            24,
            3,
            1,
            11,
            (Reason("no kubevirt_vmi_info has this launcher pod", 2), Reason("two VMs claim the pod", 1)),
        ),
        PathJoin("vsock-exporter", 1, 1, 0, 0, 1),
        PathJoin("host", 0, 0, 0, 0, 0),
    )
    nobody = "no kubevirt_vmi_info has this launcher pod"
    lost = tuple(
        LostGpu(
            gpu,
            (("Hostname", name), ("instance", f"10.130.1.{number}:9400"), ("pod", f"virt-launcher-{name}-4hx2p")),
            reason,
        )
        for number, (gpu, name, reason) in enumerate(
            zip(
                gpus(3, L40S, "", 61), ("stream", "stream", "desktop-9"), (nobody, nobody, "the pod ended"), strict=True
            )
        )
    )
    many = 'found duplicate series for the match group {pod="virt-launcher-train-x7k2p"} on the right hand-side'
    return Report(
        at=AT,
        since=DAY,
        server="https://thanos-query.monitoring.example",
        evaluator="k8s://monitoring/prometheus-k8s:9090",
        findings=findings(),
        facts=(
            Fact("Server", "Thanos 0.39.2"),
            Fact("KubeVirt", "v1.6, by the labels of kubevirt_vmi_info"),
            Fact("dcgm-exporter", "4.2 to 4.5, UUID in labels"),
            Fact("honorLabels", "true for job guests"),
            Fact("Missing counters", "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE, DCGM_FI_DEV_ROW_REMAP_FAILURE"),
        ),
        paths=paths,
        coverage=(coverage("pod-network", 28, always=4, worst=13, swing=3, gap=True), coverage("vsock-exporter", 1)),
        ambiguities=(
            Ambiguity(
                "launcher pod",
                ("namespace", "pod"),
                25.0,
                STEP,
                (*(AT - DAY + 3600 * 9 + STEP * n for n in range(4)), AT - 3600 * 5),
            ),
        ),
        nodes=nodes(),
        lost=lost,
        loaded=Loaded(
            True,
            (RuleGroup("gpurules", "gpurules.yaml", 30.0, 0.42, 65), RuleGroup("gpurules-memory", "x", 30.0, 21.5, 9)),
            (
                RuleState("vmi:kubevirt_vmi_gpu_memory_used_bytes:sum", "ok", "gpurules"),
                RuleState("vmi_gpu:kubevirt_vmi_gpu_power_watts:max", "failing", "gpurules", many),
                RuleState("vmi_gpu:kubevirt_vmi_gpu_ecc_errors:rate", "missing"),
            ),
        ),
        costs=(Cost(1, 25, 12, 1625, 0.42, 30.0, 67.2), Cost(10, 250, 120, 16_250, 4.18, 30.0, 671.7)),
        recommendation=Recommendation(
            ("pod-network", "vsock-exporter"),
            (
                Setting("dcgm.honor_labels", '"false"', "27 of 28 series carry the pod of their target"),
                Setting("kubevirt.release", "v1.6", "kubevirt_vmi_info carries vmi_pod"),
            ),
            CONFIG,
        ),
        queries=41,
        warnings=("store 10.2.3.4:10901 did not answer: connection refused",),
    )


def empty_report() -> Report:
    """Nothing was found at all."""
    nothing = Recommendation((), (), "")
    return Report(AT, DAY, "http://127.0.0.1:9090", "", (), (), (), (), (), (), (), Loaded(False), (), nothing)
