"""KubeVirt's feature gate VSOCK is off."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="feature-gate-off",
    blame=Blame.PROBE,
    title="KubeVirt's feature gate VSOCK is off",
    meaning="VSOCK is an alpha feature of KubeVirt and is not enabled in this cluster.",
    advice="Add VSOCK to spec.configuration.developerConfiguration.featureGates of the KubeVirt resource.",
    explanation="""\
Without the gate KubeVirt refuses VMs with `autoattachVSOCK`, and virt-api refuses the subresource. A VM that
was started before the gate was switched on has no VSOCK device until it is started again.
""",
    seen=(Pattern(sign=(Sign.FEATURE_GATE_OFF,)),),
)
