"""There is no such UNIX socket."""

from __future__ import annotations

import errno

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium

FAILURE = FailureClass(
    id="socket-missing",
    blame=Blame.PROBE,
    title="There is no such UNIX socket",
    meaning="The path of the address does not exist, or is no socket.",
    advice="Look at the option -d of nv-hostengine, and mount the folder of the socket into the probing container.",
    explanation="""\
`nv-hostengine -d PATH` listens on a UNIX socket instead of TCP; it is the engine of this machine or of a guest
whose socket somebody forwards.
""",
    seen=(
        Pattern(
            medium=(Medium.UNIX,),
            errno=(errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOTSOCK, errno.EPROTOTYPE),
        ),
    ),
)
