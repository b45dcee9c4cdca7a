"""KubeVirt's API failed."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import HTTP_ERRORS, Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium, Step

FAILURE = FailureClass(
    id="api-error",
    blame=Blame.PROBE,
    title="KubeVirt's API failed",
    meaning="The API server or virt-api answered with an error of its own.",
    advice="Read the logs of virt-api and of virt-handler on the VM's node.",
    explanation="""\
400 and 409: virt-api refuses this VMI, for it is not running or has no VSOCK device; the detail carries its
words. 429: too many requests. 500 and above: something between the API server
and virt-handler failed.
""",
    seen=(
        Pattern(medium=(Medium.API,), http_status=HTTP_ERRORS),
        Pattern(medium=(Medium.API,), step=(Step.FIND, Step.CONNECT)),
    ),
)
