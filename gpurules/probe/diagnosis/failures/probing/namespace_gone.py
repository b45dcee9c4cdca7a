"""The launcher's network namespace is gone."""

from __future__ import annotations

import errno

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign, Step

FAILURE = FailureClass(
    id="namespace-gone",
    blame=Blame.PROBE,
    title="The launcher's network namespace is gone",
    meaning=(
        "The process or file that should lead into the network namespace is not there, or belongs to another "
        "pod by now."
    ),
    advice="Look whether the VM was stopped or migrated meanwhile, and probe again.",
    explanation="""\
The network namespace is entered through `/proc/PID/ns/net` of the launcher, or through the file given with
`--netns`. Between finding it and opening it the process ended, or its number was given to a process of another
pod, which the check against the cgroup noticed. Nothing was connected.
""",
    seen=(
        Pattern(sign=(Sign.NAMESPACE_GONE,)),
        Pattern(step=(Step.NAMESPACE,), errno=(errno.ENOENT, errno.ESRCH)),
    ),
)
