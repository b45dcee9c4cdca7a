"""A GPU was lost."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.dcgm.codes import GpuStatus, Status
from gpurules.probe.diagnosis.evidence import gpus_of
from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    for gpu in gpus_of(evidence):
        if gpu.status == GpuStatus.LOST or Status.GPU_IS_LOST in gpu.errors.values():
            yield f"GPU {gpu.id}"


FAILURE = FailureClass(
    id="gpu-lost",
    blame=Blame.GUEST,
    title="A GPU was lost",
    meaning="A GPU fell off the bus: the driver cannot reach it any more.",
    advice="Drain the guest and restart the VM; if it comes back, check the GPU on the host (Xid 79).",
    explanation="""\
Status 4 (DCGM_ENTITY_STATUS_LOST), or -18 for its values. The series of the GPU stop or freeze.
""",
    find=find,
)
