"""The VM has no VSOCK device."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="vsock-not-attached",
    blame=Blame.GUEST,
    title="The VM has no VSOCK device",
    meaning="VSOCK is not attached to the VM, so nothing can reach its host engine this way.",
    advice="Set spec.template.spec.domain.devices.autoattachVSOCK: true in the VM and restart it.",
    explanation="""\
The VMI does not have `spec.domain.devices.autoattachVSOCK: true`, or virt-controller has given it no
`status.VSOCKCID` yet. The field takes effect at the next start of the VM, and needs KubeVirt's feature gate
VSOCK.
""",
    seen=(Pattern(sign=(Sign.VSOCK_NOT_ATTACHED,)),),
)
