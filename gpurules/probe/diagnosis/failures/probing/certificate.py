"""The API server's certificate is not trusted."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="certificate",
    blame=Blame.PROBE,
    title="The API server's certificate is not trusted",
    meaning="TLS to the API server failed.",
    advice="Check certificate-authority-data and tls-server-name in the kubeconfig, and the clock of this machine.",
    explanation="""\
The certificate authority of the kubeconfig did not sign what the server showed, the name does not match, or the
certificate is not valid now. A proxy that ends TLS shows a certificate of its own.
""",
    seen=(Pattern(sign=(Sign.TLS,)),),
)
