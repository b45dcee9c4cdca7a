"""The second emitter of KubeVirt's metrics: kubevirt-observability-controller, from KubeVirt v1.9 on (VEP 143).

It emits what virt-controller emits, until virt-controller stops. Its ServiceMonitor lacks ``honorLabels``, so that its
copies have the namespace of the controller in ``namespace`` and that of the VM in ``exported_namespace``.
Source: kubevirt-observability-controller, docs/metrics.md and pkg/controller/metricsresources_controller.go.
"""

from __future__ import annotations

FIRST_RELEASE = "v1.9"

EMITTED_TWICE = frozenset(
    (
        "kubevirt_vm_create_date_timestamp_seconds",
        "kubevirt_vm_disk_allocated_size_bytes",
        "kubevirt_vm_error_status_last_transition_timestamp_seconds",
        "kubevirt_vm_info",
        "kubevirt_vm_labels",
        "kubevirt_vm_migrating_status_last_transition_timestamp_seconds",
        "kubevirt_vm_non_running_status_last_transition_timestamp_seconds",
        "kubevirt_vm_resource_limits",
        "kubevirt_vm_resource_requests",
        "kubevirt_vm_running_status_last_transition_timestamp_seconds",
        "kubevirt_vm_starting_status_last_transition_timestamp_seconds",
        "kubevirt_vm_vnic_info",
        "kubevirt_vmi_contains_ephemeral_hotplug_volume",
        "kubevirt_vmi_info",
        "kubevirt_vmi_launcher_memory_overhead_bytes",
        "kubevirt_vmi_migration_end_time_seconds",
        "kubevirt_vmi_migration_failed",
        "kubevirt_vmi_migration_start_time_seconds",
        "kubevirt_vmi_migration_succeeded",
        "kubevirt_vmi_migrations_in_pending_phase",
        "kubevirt_vmi_migrations_in_running_phase",
        "kubevirt_vmi_migrations_in_scheduling_phase",
        "kubevirt_vmi_migrations_in_unset_phase",
        "kubevirt_vmi_non_evictable",
        "kubevirt_vmi_status_addresses",
        "kubevirt_vmi_vnic_info",
    )
)
"""The metrics that both emit."""

TOLD_APART_BY = frozenset(
    ("namespace", "exported_namespace", "job", "service", "instance", "pod", "endpoint", "container")
)
"""The labels in which the copies of one series differ; all others are equal."""
