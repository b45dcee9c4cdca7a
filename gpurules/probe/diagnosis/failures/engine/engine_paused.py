"""The engine is paused."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.dcgm.codes import Status
from gpurules.probe.diagnosis.evidence import statuses_of
from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    if evidence.engine and Status.PAUSED in statuses_of(evidence.engine):
        yield ""


FAILURE = FailureClass(
    id="engine-paused",
    blame=Blame.GUEST,
    title="The engine is paused",
    meaning="The host engine answers that it and its modules are paused.",
    advice="Resume it in the guest: dcgmi test --resume, or restart nvidia-dcgm; a running diagnostic pauses it too.",
    explanation="""\
A paused engine (status -54) collects nothing; so dcgm-exporter sends stale values or none.
""",
    find=find,
)
