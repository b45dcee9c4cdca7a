"""A value that this GPU does not have."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.dcgm.codes import VGPU_GUEST, Blank
from gpurules.probe.diagnosis.evidence import gpus_of
from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass

WORTH_SAYING = ("name", "uuid", "pci_address", "temperature")
"""Not the recovery action, which older boards and drivers do not have."""


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    for gpu in gpus_of(evidence):
        fields = [name for name in WORTH_SAYING if gpu.blanks.get(name) is Blank.NOT_SUPPORTED]
        if fields and gpu.virtualization != VGPU_GUEST:
            yield f"GPU {gpu.id}: {', '.join(fields)}"


FAILURE = FailureClass(
    id="field-unsupported",
    blame=Blame.NOTE,
    title="A value that this GPU does not have",
    meaning="The driver says that a GPU does not have this value.",
    advice="Nothing to do; rules that need the value have no series for this guest.",
    explanation="""\
A vGPU has few of the values that a whole GPU has, and that alone is not reported.
""",
    find=find,
)
