"""The engine is too old."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass
from gpurules.probe.diagnosis.releases import OLDEST


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    engine = evidence.engine
    if engine and engine.release < OLDEST:
        yield f"DCGM {engine.version}"


FAILURE = FailureClass(
    id="engine-too-old",
    blame=Blame.GUEST,
    title="The engine is too old",
    meaning="This release of DCGM is older than what gpurules knows.",
    advice="Install DCGM 4.5 or newer in the guest.",
    explanation="""\
gpurules knows the messages of DCGM 3.0 to 4.6. What an older engine said about its GPUs may be misread, so it
is not taken for healthy. VSOCK needs DCGM 4.5.0.
""",
    find=find,
)
