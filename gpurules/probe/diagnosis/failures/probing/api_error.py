"""KubeVirt's API failed."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium, Step

FAILURE = FailureClass(
    id="api-error",
    blame=Blame.PROBE,
    title="KubeVirt's API failed",
    meaning="The API server or virt-api answered with an error of its own.",
    advice="Read the logs of virt-api and of virt-handler on the VM's node.",
    explanation="""\
400 and 409: virt-api refuses this VMI, for it is not running or has no VSOCK device; the detail carries its
words. 429: too many requests. 500 and above: virt-api could not reach virt-handler, or virt-handler not the
guest. KubeVirt v1.9 and older cannot reach guests on nodes where VSOCK is confined to network namespaces
(`net.vsock.child_ns_mode=local`).
""",
    seen=(Pattern(medium=(Medium.API,), step=(Step.FIND, Step.CONNECT)),),
)
