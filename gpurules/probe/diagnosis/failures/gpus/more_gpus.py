"""More GPUs than expected."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    engine, expected = evidence.engine, evidence.gpus_expected
    if engine and engine.complete and expected is not None and len(engine.gpus) > expected:
        yield f"{len(engine.gpus)} instead of {expected}"


FAILURE = FailureClass(
    id="more-gpus",
    blame=Blame.NOTE,
    title="More GPUs than expected",
    meaning="The engine lists more GPUs than --expect-gpus or the VM's spec asks for.",
    advice="Check the expectation; a guest that lists GPUs it was not given is not to be believed.",
    explanation="""\
A VM's spec may name several GPUs by one resource, and the GPUs of `hostDevices` count only where their resource
is NVIDIA's.
""",
    find=find,
)
