"""A release of DCGM that gpurules does not know."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass
from gpurules.probe.diagnosis.releases import NEWEST


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    engine = evidence.engine
    if engine and engine.release > NEWEST:
        yield f"DCGM {engine.version}"


FAILURE = FailureClass(
    id="engine-unknown",
    blame=Blame.NOTE,
    title="A release of DCGM that gpurules does not know",
    meaning="The engine is newer than what gpurules was made for.",
    advice="Look for a newer gpurules; until then compare with dcgmi discovery -l in the guest.",
    explanation="""\
The messages have not changed from DCGM 3.0 to 4.6, so the answers are read as those of 4.6 are.
""",
    find=find,
)
