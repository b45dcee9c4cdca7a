"""The launcher's network namespace may not be entered."""

from __future__ import annotations

import errno

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign, Step

FAILURE = FailureClass(
    id="namespace-denied",
    blame=Blame.PROBE,
    title="The launcher's network namespace may not be entered",
    meaning="The kernel refused to open or enter the network namespace of the launcher.",
    advice=(
        "Run the probing pod with hostPID: true and privileged: true (or the capabilities SYS_ADMIN and "
        "SYS_PTRACE), or go through the API with --vmi."
    ),
    explanation="""\
Opening `/proc/PID/ns/net` needs SYS_PTRACE, entering it with `setns` needs SYS_ADMIN, and seeing the process at
all needs `hostPID: true`. `hostNetwork` does not help. On OpenShift the SELinux type must be spc_t, hence a
privileged SCC; the pod's namespace must allow the privileged pod security level.

The API path (`--vmi NAMESPACE/NAME` without `--via node`) needs none of this: virt-handler enters the
namespace.
""",
    seen=(
        Pattern(sign=(Sign.NAMESPACE_DENIED,)),
        Pattern(step=(Step.NAMESPACE,), errno=(errno.EPERM, errno.EACCES)),
    ),
)
