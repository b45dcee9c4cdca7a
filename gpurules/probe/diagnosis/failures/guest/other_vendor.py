"""No NVIDIA GPU."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="other-vendor",
    blame=Blame.SKIP,
    title="No NVIDIA GPU",
    meaning="The VM's GPUs are not NVIDIA's, so there is no DCGM to ask.",
    advice="Nothing to do; such guests are skipped.",
    explanation="""\
The resource names in the VMI's spec are those of another vendor. Where NVIDIA GPUs go by names of your own,
give `--expect-gpus`, and probe the guest by its address.
""",
    seen=(Pattern(sign=(Sign.OTHER_VENDOR,)),),
)
