"""A GPU is inaccessible."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.dcgm.codes import GpuStatus
from gpurules.probe.diagnosis.evidence import gpus_of
from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    known = {
        GpuStatus.OK,
        GpuStatus.UNSUPPORTED,
        GpuStatus.LOST,
        GpuStatus.FAKE,
        GpuStatus.DISABLED,
        GpuStatus.DETACHED,
    }
    for gpu in gpus_of(evidence):
        if gpu.status is not None and gpu.status not in known:
            words = {GpuStatus.UNKNOWN: "unknown", GpuStatus.INACCESSIBLE: "inaccessible"}
            yield f"GPU {gpu.id}: {words.get(GpuStatus(gpu.status), '') if gpu.status <= 3 else f'status {gpu.status}'}"


FAILURE = FailureClass(
    id="gpu-inaccessible",
    blame=Blame.GUEST,
    title="A GPU is inaccessible",
    meaning="The engine lists a GPU that it cannot use, or whose state it does not know.",
    advice="In the guest, look at nvidia-smi -q and dmesg; restart nvidia-dcgm once the driver works.",
    explanation="""\
Status 3 (inaccessible) or 0 (unknown), or a number that this gpurules does not know.
""",
    find=find,
)
