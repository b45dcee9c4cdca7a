"""There is no such VMI."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium, Sign

FAILURE = FailureClass(
    id="vmi-not-found",
    blame=Blame.PROBE,
    title="There is no such VMI",
    meaning="The API server knows no virtual machine instance of that name, or no KubeVirt.",
    advice="Look with kubectl get vmi --all-namespaces; a stopped VM has no VMI.",
    explanation="""\
The API server answered with 404. The name or namespace is misspelt, the VM is stopped, KubeVirt is not
installed, or its release is older than v0.59 and has no VSOCK subresource.
""",
    seen=(
        Pattern(sign=(Sign.VMI_NOT_FOUND,)),
        Pattern(medium=(Medium.API,), http_status=(404,)),
    ),
)
