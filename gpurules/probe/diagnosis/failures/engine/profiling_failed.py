"""The profiling module does not load."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.dcgm.codes import ModuleStatus
from gpurules.probe.dcgm.layouts import MODULE_PROFILING
from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    engine = evidence.engine
    if engine and engine.modules.get(MODULE_PROFILING) == ModuleStatus.FAILED:
        yield "the module failed to load"


FAILURE = FailureClass(
    id="profiling-failed",
    blame=Blame.NOTE,
    title="The profiling module does not load",
    meaning="The engine could not load its profiling module, so the DCGM_FI_PROF series of this guest are missing.",
    advice=(
        "Install the packages of the same DCGM release that hold the proprietary modules "
        "(datacenter-gpu-manager-4-proprietary)."
    ),
    explanation="""\
The module is tried when somebody first asks for a profiling field. It fails on GPUs before Volta, on vGPUs
without profiling, without the permission to profile, and where its library is missing. All other series are
there.
""",
    find=find,
)
