"""The guest's CID is not known."""

from __future__ import annotations

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign

FAILURE = FailureClass(
    id="cid-unknown",
    blame=Blame.PROBE,
    title="The guest's CID is not known",
    meaning="VSOCK is not confined to the network namespace that was entered, and no CID was given.",
    advice="Give it with --cid: kubectl get vmi NAME -o jsonpath='{.status.VSOCKCID}'.",
    explanation="""\
Where `net.vsock.ns_mode` is `local` in a launcher's network namespace, its guest has the CID 3 and nothing
needs to be known. Where it is `global`, or the kernel has no such switch (before Linux 7.0), all guests of the
node share one set of CIDs, and the guest's own stands in `status.VSOCKCID` of its VMI.
""",
    seen=(Pattern(sign=(Sign.CID_UNKNOWN,)),),
)
