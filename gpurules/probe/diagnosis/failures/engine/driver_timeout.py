"""The NVIDIA driver hangs."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.dcgm.codes import Status
from gpurules.probe.diagnosis.evidence import statuses_of
from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    if evidence.engine and Status.NVML_DRIVER_TIMEOUT in statuses_of(evidence.engine):
        yield ""


FAILURE = FailureClass(
    id="driver-timeout",
    blame=Blame.GUEST,
    title="The NVIDIA driver hangs",
    meaning="The engine gave up waiting for the driver.",
    advice="Look at dmesg in the guest for Xid errors, and restart the guest.",
    explanation="""\
Status -57 (DCGM_ST_NVML_DRIVER_TIMEOUT): a call into the driver did not return. A GPU that hangs or fell off
the bus is the usual cause.
""",
    find=find,
)
