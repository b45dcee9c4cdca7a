"""A GPU is disabled."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.dcgm.codes import GpuStatus
from gpurules.probe.diagnosis.evidence import gpus_of
from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    for gpu in gpus_of(evidence):
        if gpu.status == GpuStatus.DISABLED:
            yield f"GPU {gpu.id}"


FAILURE = FailureClass(
    id="gpu-disabled",
    blame=Blame.GUEST,
    title="A GPU is disabled",
    meaning="The engine lists a GPU that was disabled.",
    advice="Find out who disabled it; restart nvidia-dcgm to have it back.",
    explanation="""\
Status 6 (DCGM_ENTITY_STATUS_DISABLED). Its series are missing meanwhile.
""",
    find=find,
)
