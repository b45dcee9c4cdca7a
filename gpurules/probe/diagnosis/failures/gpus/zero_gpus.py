"""The guest has no GPU."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.dcgm.codes import Status
from gpurules.probe.diagnosis.evidence import statuses_of
from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    engine = evidence.engine
    if engine is None or not engine.complete or engine.gpus or "GET_ALL_DEVICES" in engine.refused:
        return
    if engine.driver_blank or Status.NVML_NOT_LOADED in statuses_of(engine):
        return
    if evidence.gpus_expected != 0:
        yield f"{evidence.gpus_expected} expected" if evidence.gpus_expected else ""


FAILURE = FailureClass(
    id="zero-gpus",
    blame=Blame.GUEST,
    title="The guest has no GPU",
    meaning="The driver is loaded and the engine lists no GPU.",
    advice="In the guest, see lspci -d 10de: and nvidia-smi -L; in the cluster, spec.domain.devices.gpus of the VMI.",
    explanation="""\
The GPU is not attached to the VM, its device failed to initialise (`dmesg | grep -i nvidia` shows
RmInitAdapter), or the driver is too old for it.
""",
    find=find,
)
