"""A GPU that is not real."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.dcgm.codes import GpuStatus
from gpurules.probe.diagnosis.evidence import gpus_of
from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    for gpu in gpus_of(evidence):
        if gpu.status == GpuStatus.FAKE:
            yield f"GPU {gpu.id}"


FAILURE = FailureClass(
    id="gpu-fake",
    blame=Blame.NOTE,
    title="A GPU that is not real",
    meaning="The engine lists a GPU that was made for a test.",
    advice="Nothing to do, unless this is a guest of production.",
    explanation="""\
Status 5 (DCGM_ENTITY_STATUS_FAKE): somebody made it with `dcgmi test` or NVML injection.
""",
    find=find,
)
