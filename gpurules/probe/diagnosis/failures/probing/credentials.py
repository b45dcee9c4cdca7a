"""The credentials for the cluster could not be obtained."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="credentials",
    blame=Blame.PROBE,
    title="The credentials for the cluster could not be obtained",
    meaning="The kubeconfig names credentials that cannot be had or were not ready in time.",
    advice=(
        "Try kubectl get nodes with the same kubeconfig; a plugin that asks for a password needs a longer "
        "--auth-timeout."
    ),
    explanation="""\
Credentials are obtained once, before the first guest is probed, within `--auth-timeout`. An exec plugin may be
missing, fail, wait for input, or print what is not an ExecCredential; a token or a client certificate may have
run out.
""",
    seen=(Pattern(sign=(Sign.CREDENTIALS,)),),
)
