"""The launcher's process is not visible here."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="launcher-not-found",
    blame=Blame.PROBE,
    title="The launcher's process is not visible here",
    meaning="VSOCK is confined to network namespaces here, and no process of the VM's launcher pod is visible.",
    advice="Run the probe on the VM's node, in a pod with hostPID: true.",
    explanation="""\
With `--via node` the launcher's process is found by the pod's UID in its cgroup. Without `hostPID: true` a
container sees its own processes only. Where VSOCK is global that does not matter, since the CID alone leads to the
guest; where it is confined (`net.vsock.child_ns_mode=local`) the way goes through the launcher's network namespace.
A VM that has just moved to another node leaves no process here either.
""",
    seen=(Pattern(sign=(Sign.LAUNCHER_NOT_FOUND,)),),
)
