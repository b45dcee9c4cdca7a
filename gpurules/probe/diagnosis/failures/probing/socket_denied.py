"""The socket may not be opened."""

from __future__ import annotations

import errno

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium

FAILURE = FailureClass(
    id="socket-denied",
    blame=Blame.PROBE,
    title="The socket may not be opened",
    meaning="This user may not connect to the address.",
    advice="Check the owner and mode of the UNIX socket and of its folder.",
    explanation="""\
Connecting to a UNIX socket needs permission to write to it and to pass through every folder above it.
""",
    seen=(Pattern(medium=(Medium.UNIX, Medium.TCP), errno=(errno.EACCES, errno.EPERM)),),
)
