"""A GPU needs recovery."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.dcgm.codes import RECOVERY, Status
from gpurules.probe.diagnosis.evidence import gpus_of
from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    for gpu in gpus_of(evidence):
        if gpu.recovery_action:
            yield f"GPU {gpu.id}: {RECOVERY.get(gpu.recovery_action, f'action {gpu.recovery_action}')}"
        elif Status.RESET_REQUIRED in gpu.errors.values():
            yield f"GPU {gpu.id}: reset the GPU"


FAILURE = FailureClass(
    id="gpu-recovery",
    blame=Blame.GUEST,
    title="A GPU needs recovery",
    meaning="The driver asks for a recovery action: the GPU met an error that it cannot leave by itself.",
    advice="Drain the guest, then do what the detail says; see the Xid in dmesg.",
    explanation="""\
Field 1523, from DCGM 4.5 on: 1 reset the GPU, 2 reboot, 3 drain peer to peer, 4 drain and reset. In a VM with
passthrough, restarting the VM resets the GPU. Status -19 says the same of older engines.
""",
    find=find,
)
