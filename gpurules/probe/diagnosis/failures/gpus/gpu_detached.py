"""GPUs are detached."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.dcgm.codes import GpuStatus, Status
from gpurules.probe.diagnosis.evidence import gpus_of, statuses_of
from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    for gpu in gpus_of(evidence):
        if gpu.status == GpuStatus.DETACHED:
            yield f"GPU {gpu.id}"
    if evidence.engine and Status.GPUS_DETACHED in statuses_of(evidence.engine):
        yield "the engine says so"


FAILURE = FailureClass(
    id="gpu-detached",
    blame=Blame.GUEST,
    title="GPUs are detached",
    meaning="The engine has let go of a GPU, so that the driver can be replaced.",
    advice="Attach it again in the guest: dcgmi set --attach-driver, or restart nvidia-dcgm.",
    explanation="""\
Status 7 (DCGM_ENTITY_STATUS_DETACHED), or -67. Somebody upgrades the driver, or an upgrade ended half way.
""",
    find=find,
)
