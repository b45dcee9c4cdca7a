"""Another driver than expected."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    engine, expected = evidence.engine, evidence.expected.driver
    if engine and expected and engine.complete and not engine.driver_blank:
        found = engine.driver or "unknown"
        if found != expected and not found.startswith(f"{expected}."):
            yield f"{found} instead of {expected}"


FAILURE = FailureClass(
    id="driver-mismatch",
    blame=Blame.GUEST,
    title="Another driver than expected",
    meaning="The guest's driver version is not the one that --expect-driver asks for.",
    advice="Install the expected driver in the guest's image.",
    explanation="""\
`--expect-driver 570` accepts every driver of that branch, `--expect-driver 570.124.06` that one only.
""",
    find=find,
)
