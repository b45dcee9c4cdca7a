"""The VM asks for no GPU."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="no-gpu-requested",
    blame=Blame.SKIP,
    title="The VM asks for no GPU",
    meaning="The VMI's spec has no GPU, so there is no DCGM to ask.",
    advice="Nothing to do; such guests are skipped.",
    explanation="""\
Neither `devices.gpus` nor `devices.hostDevices` of the VMI names a GPU.
""",
    seen=(Pattern(sign=(Sign.NO_GPU_REQUESTED,)),),
)
