"""The joins that people write by hand, and which of them lint does not let pass."""

from __future__ import annotations

import pytest

from gpurules.lint.engine import run_checks
from gpurules.lint.finding import Severity
from gpurules.lint.identifiers import CHECKS
from lint_cases import as_file, loaded, made_target

GUARDED = 'kubevirt_vmi_info{phase="running", vmi_pod!="", vmi_pod!="<none>"}'
MOVED = f'label_replace({GUARDED}, "pod", "$1", "vmi_pod", "(.+)")'
UPSTREAM = (
    "sum by (namespace, name, node, uuid, resource) (label_replace(max by (UUID) (DCGM_FI_DEV_FB_USED), "
    "'uuid', '$1', 'UUID', '(.*)') * on (uuid) group_left (namespace, name, node, resource) kubevirt_vmi_gpu_info) "
    "* 1024 * 1024"
)

MISTAKES = [
    (
        "the raw info metric at a fail-over",
        f"DCGM_FI_DEV_FB_USED * on (namespace, pod) group_left (name) {MOVED}",
        {"join/duplicate-one-side"},
    ),
    ("VMs of one node", "node_gpu * on (node) group_left (name) kubevirt_vmi_info", {"join/duplicate-one-side"}),
    (
        "two GPUs without group_left",
        f"DCGM_FI_DEV_FB_USED * on (namespace, pod) max by (namespace, pod) ({MOVED})",
        {"join/many-to-one-undeclared"},
    ),
    (
        "vmi_pod not moved into pod",
        "DCGM_FI_DEV_FB_USED * on (namespace, pod) group_left (name) max by (namespace, pod, name) (kubevirt_vmi_info)",
        {"join/different-domains"},
    ),
    (
        "matched on vmi_pod, which series of GPUs lack",
        "DCGM_FI_DEV_FB_USED * on (namespace, vmi_pod) group_left (name) "
        f"max by (namespace, vmi_pod, name) ({GUARDED})",
        {"join/absent-label"},
    ),
    (
        "an empty vmi_pod erases pod",
        'max by (namespace, pod, name) (label_replace(kubevirt_vmi_info, "pod", "$1", "vmi_pod", "(.*)"))',
        {"join/missing-launcher-pod"},
    ),
    (
        "an empty vmi_pod leaves the pod of virt-controller",
        'max by (namespace, pod, name) (label_replace(kubevirt_vmi_info, "pod", "$1", "vmi_pod", "(.+)"))',
        {"join/missing-launcher-pod"},
    ),
    ("KubeVirt's own rule", UPSTREAM, {"join/different-domains", "join/duplicate-one-side", "kubevirt/never-emitted"}),
    (
        "max by a label that changes",
        "kubevirt_vmi_vcpu_seconds_total * on (namespace, name) group_left () "
        "max by (namespace, name, node) (kubevirt_vmi_info)",
        {"join/duplicate-one-side"},
    ),
    (
        "exported labels over those of the target",
        'max by (namespace, pod) (label_replace(DCGM_FI_DEV_FB_USED, "pod", "$1", "exported_pod", "(.+)")) '
        f"* on (namespace, pod) group_left (name) max by (namespace, pod, name) ({MOVED})",
        {"join/untrusted-labels"},
    ),
    (
        "the rate of a join",
        f"rate((DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION * on (namespace, pod) group_left (name) "
        f"max by (namespace, pod, name) ({MOVED}))[5m:])",
        {"join/rate-after-join"},
    ),
    (
        "the name out of the pod",
        'label_replace(foo, "name", "$1", "pod", "virt-launcher-(.+)-[a-z0-9]{5}")',
        {"kubevirt/launcher-name"},
    ),
    (
        "one series of the whole fleet",
        f"DCGM_FI_DEV_GPU_UTIL * on (namespace, pod) group_left (name) "
        f'label_replace(topk(1, {GUARDED}), "pod", "$1", "vmi_pod", "(.+)")',
        {"join/arbitrary-deduplication"},
    ),
    (
        "the host name of a guest taken for the VM's",
        'label_replace(DCGM_FI_DEV_GPU_TEMP, "name", "$1", "Hostname", "(.*)") '
        "* on (name) group_left (node) max by (name, node) (kubevirt_vmi_info)",
        {"join/different-domains", "join/duplicate-one-side"},
    ),
    ("memory in percent of a ratio", "DCGM_FI_DEV_FB_USED / DCGM_FI_DEV_FB_TOTAL > 90", {"units/threshold"}),
    ("bytes compared with MiB", "max by (pod) (DCGM_FI_DEV_FB_USED) > 80e9", {"units/threshold"}),
    ("the rate of an error code", "rate(DCGM_FI_DEV_XID_ERRORS[5m]) > 0", {"dcgm/rate-of-gauge"}),
    ("the average of an error code", "avg by (pod) (DCGM_FI_DEV_XID_ERRORS)", {"dcgm/code-arithmetic"}),
    ("the version of the driver", "DCGM_FI_DRIVER_VERSION == 0", {"dcgm/not-a-number"}),
    (
        "a resource as Kubernetes spells it",
        'sum by (namespace) (kube_pod_container_resource_requests{resource="nvidia.com/gpu"})',
        {"labels/foreign-value"},
    ),
    ("phases of a pod", 'count by (namespace) (kube_pod_status_phase{phase="running"} == 1)', {"labels/foreign-value"}),
    (
        "migrations by the name of a VM",
        "count by (namespace, name) (kubevirt_vmi_migration_succeeded)",
        {"labels/unknown-label"},
    ),
    ("percent beside a ratio", "avg(DCGM_FI_DEV_GPU_UTIL) > avg(DCGM_FI_PROF_GR_ENGINE_ACTIVE)", {"units/mismatch"}),
]

RIGHT = [
    ("the launcher pod", f"max by (namespace, name, node, UUID) (DCGM_FI_DEV_FB_USED * on (namespace, pod) "
     f"group_left (name, node) max by (namespace, name, node, pod) ({MOVED}))"),
    ("one of the info series", "sum by (namespace, name) (rate(kubevirt_vmi_cpu_usage_seconds_total[5m])) "
     "* on (namespace, name) group_left () topk by (namespace, name) (1, kubevirt_vmi_info{phase='running'})"),
    ("the last scrape wins", "kubevirt_vmi_vcpu_seconds_total * on (namespace, name) group_left (node) "
     "group by (namespace, name, node) (topk by (namespace, name) (1, timestamp(kubevirt_vmi_info)))"),
    ("memory as a ratio of sums", "sum by (pod) (DCGM_FI_DEV_FB_USED) / "
     "(sum by (pod) (DCGM_FI_DEV_FB_USED) + sum by (pod) (DCGM_FI_DEV_FB_FREE)) > 0.9"),
    ("containers", "max by (namespace, pod) (DCGM_FI_DEV_GPU_UTIL) * on (namespace, pod) group_left (node) "
     "topk by (namespace, pod) (1, max by (namespace, pod, node) (kube_pod_info{node!=\"\"}))"),
    ("utilisation as a ratio", "avg by (namespace, name) (max by (namespace, pod, UUID) (DCGM_FI_DEV_GPU_UTIL) / 100 "
     f"* on (namespace, pod) group_left (name) max by (namespace, name, node, pod) ({MOVED}))"),
    ("power from energy", "sum by (namespace, name) (max by (namespace, pod, UUID) "
     "(rate(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION[5m])) / 1000 * on (namespace, pod) group_left (name) "
     f"max by (namespace, name, node, pod) ({MOVED}))"),
    ("memory in percent", "100 * DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE) > 95"),
    ("a VM by the owner of its pod", 'max by (namespace, pod, name) (label_replace(kube_pod_owner{owner_kind='
     '"VirtualMachineInstance", owner_is_controller="true"}, "name", "$1", "owner_name", "(.+)"))'),
    ("launcher pods with GPUs", 'count by (namespace) (group by (namespace, pod) (kube_pod_container_resource_requests'
     '{resource=~"nvidia_com_.+"}) and on (namespace, pod) (kube_pod_status_phase{phase="Running"} == 1))'),
    ("a licence that has expired", "DCGM_FI_DEV_VGPU_LICENSE_STATUS == 0"),
    ("an idle GPU by its engine", "avg_over_time(DCGM_FI_PROF_GR_ENGINE_ACTIVE[1h]) < 0.01"),
    ("an idle GPU by its utilisation", "avg_over_time(DCGM_FI_DEV_GPU_UTIL[1h]) < 1"),
    ("XIDs that matter", "DCGM_FI_DEV_XID_ERRORS == 79 or DCGM_FI_DEV_XID_ERRORS == 48"),
    ("memory of a node", "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes "
     "* on (instance) group_left (nodename) node_uname_info < 0.1"),
    ("power of the nodes' VMs", "sum by (node) (max by (namespace, pod, UUID) (DCGM_FI_DEV_POWER_USAGE) "
     '* on (namespace, pod) group_left (node) topk by (namespace, pod) (1, timestamp(kube_pod_info{node!=""})) ^ 0)'),
    ("a rare event", "changes(DCGM_FI_DEV_XID_ERRORS[5m]) > 0 or DCGM_FI_DEV_ECC_DBE_VOL_TOTAL > 0"),
]  # fmt: skip


def _found(expression: str) -> set[str]:
    read = loaded(as_file(f"- record: test:record:sum\n  expr: |-\n    {expression}\n"))
    return {one.check for one in run_checks(read, made_target({}), frozenset(CHECKS), least=Severity.WARNING)}


@pytest.mark.parametrize(("expression", "checks"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_mistake_does_not_pass(expression: str, checks: set[str]) -> None:
    assert checks <= _found(expression)


@pytest.mark.parametrize("expression", [row[1] for row in RIGHT], ids=[row[0] for row in RIGHT])
def test_right_join_passes(expression: str) -> None:
    assert _found(expression) == set()
