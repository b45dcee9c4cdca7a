"""Value domains: what the value of a label names. To promql they are opaque words; two labels are fit to be matched
with each other where their domains are the same."""

from __future__ import annotations

from collections.abc import Mapping

VMI_NAME = "vmi-name"
NAMESPACE = "namespace"
LAUNCHER_POD = "launcher-pod"
EXPORTER_POD = "exporter-pod"
CONTROLLER_POD = "controller-pod"
HANDLER_POD = "handler-pod"
API_POD = "api-pod"
MONITORING_POD = "monitoring-pod"
NODE = "node"
GPU_UUID = "gpu-uuid"
GPU_INDEX = "gpu-index"
GPU_INSTANCE = "gpu-instance"
SCRAPE_INSTANCE = "scrape-instance"
SCRAPE_JOB = "scrape-job"
CLUSTER = "cluster"

DOMAINS: Mapping[str, str] = {
    VMI_NAME: "name of a VirtualMachineInstance, which is that of its VirtualMachine; unique within a namespace",
    NAMESPACE: "name of a namespace of this cluster",
    LAUNCHER_POD: "name of a virt-launcher pod; unique within a namespace, one for each VM start and migration",
    EXPORTER_POD: "name of a pod in which dcgm-exporter runs outside the VM",
    CONTROLLER_POD: "name of a virt-controller pod",
    HANDLER_POD: "name of a virt-handler pod",
    API_POD: "name of a virt-api pod",
    MONITORING_POD: "name of the pod of kube-state-metrics or of another cluster-wide exporter",
    NODE: "name of a node of this cluster",
    GPU_UUID: "UUID of a GPU as NVML gives it, GPU-...; for a MIG series that of the parent GPU",
    GPU_INDEX: "number of a GPU within one host engine; every guest counts from 0",
    GPU_INSTANCE: "number of a MIG instance within its GPU",
    "mig-profile": "name of a MIG profile, such as 1g.10gb",
    "gpu-model": "marketing name of a GPU",
    "gpu-device": "device node of a GPU within one operating system, such as nvidia0",
    "gpu-link": "number of an NVLink of one GPU",
    "nvswitch": "name of an NVSwitch within one host engine",
    "cpu-index": "number of a processor within one host engine",
    "core-index": "number of a processor core within one host engine",
    "device-plugin-id": "device ID that a device plugin gave to the kubelet: IOMMU group, PCI address or mdev UUID",
    "resource-name": "extended resource of a node, such as nvidia.com/GA102GL_A10, or its spelling as a label value",
    "pci-address-host": "PCI address as the node sees it; repeats on equal nodes",
    "pci-address-guest": "PCI address as the guest sees it; repeats in every VM",
    "ip-address": "IP address without a port; may repeat where networks overlap",
    "hostname-guest": "host name that the guest gave itself; the tenant can change it",
    "hostname-exporter": "host name that dcgm-exporter reports: node, pod, guest or address, as it is run",
    "cid": "VSOCK context ID of a VM",
    SCRAPE_INSTANCE: "address and port of a scrape target",
    SCRAPE_JOB: "name of a scrape job",
    "service-name": "name of a Service; unique within a namespace",
    "endpoint-name": "name of the port of a scrape target",
    "container-name": "name of a container within a pod",
    "vmi-phase": "phase of a VMI in lower case",
    "pod-phase": "phase of a pod, such as Running",
    "pod-uid": "UID of a pod, unique for all time",
    "owner-kind": "kind of the object that owns a pod",
    "migration-name": "name of a VirtualMachineInstanceMigration; unique within a namespace",
    "pvc-name": "name of a PersistentVolumeClaim; unique within a namespace",
    "instancetype-name": "name of an instance type; <other> for one of a vendor that KubeVirt does not publish",
    "preference-name": "name of a preference; <other> for one of a vendor that KubeVirt does not publish",
    "driver-version": "version of the NVIDIA driver",
    "xid": "XID error code",
    "hpc-job": "identifier of a batch job",
    CLUSTER: "name of a cluster in a store that holds several",
}
"""Every domain that the built-in schemas use, and what its values name."""
