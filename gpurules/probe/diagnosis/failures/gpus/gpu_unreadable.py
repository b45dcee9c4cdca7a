"""A GPU that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.dcgm import layouts
from gpurules.probe.dcgm.codes import VGPU_GUEST, Blank, GpuStatus, Status, status_name
from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass

PLAUSIBLE = range(-40, 200)
"""Degrees Celsius."""

TOLD_ELSEWHERE = frozenset({Status.GPU_IS_LOST, Status.RESET_REQUIRED})


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    engine = evidence.engine
    if engine is None or not engine.complete or layouts.LATEST_VALUES.name in engine.refused:
        return
    for gpu in engine.gpus:
        if gpu.status != GpuStatus.OK:
            continue
        if TOLD_ELSEWHERE & set(gpu.errors.values()):
            continue
        missing = [field for field in ("uuid", "name") if not getattr(gpu, field)]
        unsupported = gpu.blanks.get("temperature") is Blank.NOT_SUPPORTED
        if gpu.temperature is None and gpu.virtualization != VGPU_GUEST and not unsupported:
            missing.append("temperature")
        elif gpu.temperature is not None and gpu.temperature not in PLAUSIBLE:
            missing.append(f"temperature {gpu.temperature}")
        if missing:
            errors = ", ".join(sorted({status_name(status) for status in gpu.errors.values()}))
            yield f"GPU {gpu.id}: {', '.join(missing)}{f' (status {errors})' if errors else ''}"


FAILURE = FailureClass(
    id="gpu-unreadable",
    blame=Blame.GUEST,
    title="A GPU that cannot be read",
    meaning="The engine calls a GPU good, and its identity or its temperature cannot be read.",
    advice="In the guest, see nvidia-smi -q; restart nvidia-dcgm, and the guest if that does not help.",
    explanation="""\
Every GPU has a UUID, a name and, unless it is a vGPU, a temperature. Blank or absent values of a GPU whose
state is good come from a driver that does not answer fully, and make gaps in the series.
""",
    find=find,
)
