"""The API server cannot be reached."""

from __future__ import annotations

import errno

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium, Sign, Step

FAILURE = FailureClass(
    id="api-unreachable",
    blame=Blame.PROBE,
    title="The API server cannot be reached",
    meaning="No connection to the Kubernetes API server could be made in time.",
    advice="Check the server and proxy in the kubeconfig, HTTPS_PROXY and NO_PROXY; try kubectl version.",
    explanation="""\
The name did not resolve, nobody answered, or a proxy refused. Where only the VSOCK subresource hangs, virt-api
or the node's virt-handler does not answer; its pod's log says why.
""",
    seen=(
        Pattern(sign=(Sign.API_UNREACHABLE,)),
        Pattern(step=(Step.FIND, Step.CONNECT), medium=(Medium.API,), sign=(Sign.TIMEOUT,)),
        Pattern(
            step=(Step.FIND, Step.CONNECT),
            medium=(Medium.API,),
            errno=(errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT),
        ),
    ),
)
