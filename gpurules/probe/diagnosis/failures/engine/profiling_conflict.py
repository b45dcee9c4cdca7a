"""Something else uses the profiling counters."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.dcgm.codes import ModuleStatus
from gpurules.probe.dcgm.layouts import MODULE_PROFILING
from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    engine = evidence.engine
    if engine and engine.modules.get(MODULE_PROFILING) == ModuleStatus.PAUSED:
        yield "the module is paused"


FAILURE = FailureClass(
    id="profiling-conflict",
    blame=Blame.NOTE,
    title="Something else uses the profiling counters",
    meaning="The engine's profiling module is paused, so the DCGM_FI_PROF series of this guest are missing.",
    advice="End the other profiler (Nsight, CUPTI, ncu), then run dcgmi profile --resume in the guest.",
    explanation="""\
The hardware counters behind the profiling fields serve one user at a time; `dcgmi profile --pause` hands them
over to another. gpurules asks the engine for the state of its modules and never reads a profiling field: a live
read of one that nobody watches kills the engines of DCGM 4.0 to 4.6.
""",
    find=find,
)
