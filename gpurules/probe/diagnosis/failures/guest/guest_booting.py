"""The guest is still booting."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="guest-booting",
    blame=Blame.GUEST,
    title="The guest is still booting",
    meaning="The VM was started a short while ago and does not answer yet.",
    advice="Wait a minute and probe again.",
    explanation="""\
The VMI runs, but has done so for a short while only. The driver of the VSOCK device and the host engine start
late in a guest's boot; the NVIDIA driver takes its time with many GPUs.
""",
    seen=(Pattern(sign=(Sign.GUEST_BOOTING,)),),
)
