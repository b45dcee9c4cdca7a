"""Every failure class: one line for each. Of two that fit an observation the first is taken."""

from __future__ import annotations

from collections.abc import Mapping

from gpurules.probe.diagnosis.failure import FailureClass
from gpurules.probe.diagnosis.failures.engine import (
    driver_mismatch,
    driver_timeout,
    engine_paused,
    engine_refused,
    engine_stalled,
    engine_too_old,
    engine_unknown,
    no_vsock_in_engine,
    nvml_not_loaded,
    profiling_conflict,
    profiling_failed,
    version_mismatch,
)
from gpurules.probe.diagnosis.failures.gpus import (
    fewer_gpus,
    field_unsupported,
    gpu_detached,
    gpu_disabled,
    gpu_fake,
    gpu_inaccessible,
    gpu_lost,
    gpu_recovery,
    gpu_unreadable,
    gpu_unsupported,
    more_gpus,
    strange_text,
    zero_gpus,
)
from gpurules.probe.diagnosis.failures.guest import (
    closed_after_request,
    connect_timeout,
    flood,
    guest_booting,
    guest_not_reached,
    half_answer,
    lost_mid_exchange,
    no_gpu_requested,
    no_such_guest,
    not_dcgm,
    not_listening,
    old_dcgm,
    other_vendor,
    protocol_error,
    silent,
    vmi_not_running,
    vsock_not_attached,
    windows_guest,
)
from gpurules.probe.diagnosis.failures.probing import (
    api_error,
    api_unreachable,
    certificate,
    cid_unknown,
    credentials,
    feature_gate_off,
    forbidden,
    launcher_not_found,
    name_not_resolved,
    namespace_denied,
    namespace_gone,
    no_af_vsock,
    no_cluster_configuration,
    no_route,
    no_vsock_transport,
    out_of_descriptors,
    socket_denied,
    socket_missing,
    unauthorized,
    unexpected,
    vmi_not_found,
    vsock_denied,
    wrong_node,
    wrong_subprotocol,
)

PROBING = (
    no_af_vsock.FAILURE,
    vsock_denied.FAILURE,
    no_vsock_transport.FAILURE,
    namespace_gone.FAILURE,
    namespace_denied.FAILURE,
    launcher_not_found.FAILURE,
    wrong_node.FAILURE,
    cid_unknown.FAILURE,
    out_of_descriptors.FAILURE,
    no_cluster_configuration.FAILURE,
    credentials.FAILURE,
    certificate.FAILURE,
    unauthorized.FAILURE,
    forbidden.FAILURE,
    vmi_not_found.FAILURE,
    feature_gate_off.FAILURE,
    wrong_subprotocol.FAILURE,
    api_unreachable.FAILURE,
    api_error.FAILURE,
    name_not_resolved.FAILURE,
    no_route.FAILURE,
    socket_missing.FAILURE,
    socket_denied.FAILURE,
    unexpected.FAILURE,
)
GUEST = (
    vsock_not_attached.FAILURE,
    vmi_not_running.FAILURE,
    guest_booting.FAILURE,
    no_such_guest.FAILURE,
    connect_timeout.FAILURE,
    not_listening.FAILURE,
    guest_not_reached.FAILURE,
    lost_mid_exchange.FAILURE,
    closed_after_request.FAILURE,
    half_answer.FAILURE,
    silent.FAILURE,
    not_dcgm.FAILURE,
    old_dcgm.FAILURE,
    protocol_error.FAILURE,
    flood.FAILURE,
    windows_guest.FAILURE,
    other_vendor.FAILURE,
    no_gpu_requested.FAILURE,
)
ENGINE = (
    engine_stalled.FAILURE,
    version_mismatch.FAILURE,
    engine_too_old.FAILURE,
    engine_paused.FAILURE,
    nvml_not_loaded.FAILURE,
    driver_timeout.FAILURE,
    engine_refused.FAILURE,
    driver_mismatch.FAILURE,
    engine_unknown.FAILURE,
    no_vsock_in_engine.FAILURE,
    profiling_conflict.FAILURE,
    profiling_failed.FAILURE,
)
GPUS = (
    zero_gpus.FAILURE,
    gpu_lost.FAILURE,
    gpu_inaccessible.FAILURE,
    gpu_detached.FAILURE,
    gpu_disabled.FAILURE,
    gpu_recovery.FAILURE,
    gpu_unreadable.FAILURE,
    gpu_unsupported.FAILURE,
    fewer_gpus.FAILURE,
    strange_text.FAILURE,
    more_gpus.FAILURE,
    field_unsupported.FAILURE,
    gpu_fake.FAILURE,
)

AREAS: Mapping[str, tuple[FailureClass, ...]] = {
    "The probing side and the way to the guest": PROBING,
    "The guest, and what answers in it": GUEST,
    "The host engine and the driver": ENGINE,
    "The GPUs": GPUS,
}
"""Where a failure lies, as a heading -> the classes, which are the files of one folder."""

FAILURES: Mapping[str, FailureClass] = {failure.id: failure for area in AREAS.values() for failure in area}
"""Id -> class, in the order in which an observation is held against them."""

UNEXPECTED = unexpected.FAILURE
"""For an observation that fits no other."""
