"""The VM runs on another node."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="wrong-node",
    blame=Blame.PROBE,
    title="The VM runs on another node",
    meaning="VSOCK reaches guests of the own node only, and the VM is not on this one.",
    advice=(
        "Run the probe on the VM's node (a DaemonSet does), or go through the API with --vmi and without --via node."
    ),
    explanation="""\
A CID is an address within one node. KubeVirt keeps CIDs unique in the cluster, so that a probe on the wrong
node finds nobody rather than somebody else.
""",
    seen=(Pattern(sign=(Sign.WRONG_NODE,)),),
)
