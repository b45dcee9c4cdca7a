"""A GPU that DCGM does not support."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.dcgm.codes import GpuStatus
from gpurules.probe.diagnosis.evidence import gpus_of
from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    for gpu in gpus_of(evidence):
        if gpu.status == GpuStatus.UNSUPPORTED or (gpu.status == GpuStatus.OK and gpu.supported is False):
            yield f"GPU {gpu.id}"


FAILURE = FailureClass(
    id="gpu-unsupported",
    blame=Blame.GUEST,
    title="A GPU that DCGM does not support",
    meaning="DCGM does not measure this GPU.",
    advice=(
        "Use a DCGM that knows the GPU, or take the guest out of the probe: GeForce and very old boards are "
        "not supported."
    ),
    explanation="""\
Status 2 (DCGM_ENTITY_STATUS_UNSUPPORTED), or the GPU is missing in the engine's list of supported ones though
its state is good.
""",
    find=find,
)
