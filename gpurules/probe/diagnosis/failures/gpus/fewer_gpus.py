"""GPUs are missing."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    engine, expected = evidence.engine, evidence.gpus_expected
    if engine and engine.complete and expected and 0 < len(engine.gpus) < expected:
        yield f"{len(engine.gpus)} of {expected}"


FAILURE = FailureClass(
    id="fewer-gpus",
    blame=Blame.GUEST,
    title="GPUs are missing",
    meaning="The engine lists fewer GPUs than --expect-gpus or the VM's spec asks for.",
    advice="In the guest, compare lspci -d 10de: with nvidia-smi -L, and look at dmesg for a GPU that failed.",
    explanation="""\
A GPU that is on the PCI bus and not in `nvidia-smi` failed to initialise; one that is not on the bus was not
attached, or fell off it.
""",
    find=find,
)
