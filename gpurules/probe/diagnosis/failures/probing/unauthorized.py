"""The API server does not know this user."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium

FAILURE = FailureClass(
    id="unauthorized",
    blame=Blame.PROBE,
    title="The API server does not know this user",
    meaning="The API server answered with 401.",
    advice="Log in again; kubectl auth whoami shows who you are.",
    explanation="""\
The token or client certificate is not accepted: it ran out, or belongs to another cluster.
""",
    seen=(Pattern(medium=(Medium.API,), http_status=(401,)),),
)
