"""The NVIDIA driver is not loaded."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.dcgm.codes import Status
from gpurules.probe.diagnosis.evidence import statuses_of
from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    engine = evidence.engine
    if engine and (engine.driver_blank or Status.NVML_NOT_LOADED in statuses_of(engine)):
        yield ""


FAILURE = FailureClass(
    id="nvml-not-loaded",
    blame=Blame.GUEST,
    title="The NVIDIA driver is not loaded",
    meaning=(
        "The engine runs without NVML: the driver is missing in the guest, or was loaded after the engine started."
    ),
    advice="In the guest, check that nvidia-smi works, then systemctl restart nvidia-dcgm.",
    explanation="""\
Such an engine answers every question without an error and lists no GPU; only the blank driver version tells it
from a guest without GPUs. Install the driver (with Secure Boot its module must be signed), look at `dmesg |
grep -i nvidia`, and restart the engine, which looks for NVML once, at its start.
""",
    find=find,
)
