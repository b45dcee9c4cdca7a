"""This DCGM cannot listen on VSOCK."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass
from gpurules.probe.diagnosis.releases import FIRST_WITH_VSOCK, OLDEST


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    engine = evidence.engine
    if engine and OLDEST <= engine.release < FIRST_WITH_VSOCK:
        yield f"DCGM {engine.version}"


FAILURE = FailureClass(
    id="no-vsock-in-engine",
    blame=Blame.NOTE,
    title="This DCGM cannot listen on VSOCK",
    meaning="The engine is older than 4.5.0, the first release with VSOCK.",
    advice="Install DCGM 4.5 or newer in the guest before you rely on VSOCK.",
    explanation="""\
The engine was reached another way: over TCP, a UNIX socket, or something in the guest that forwards.
`nv-hostengine` knows `--vsock-cid` from 4.5.0 on.
""",
    find=find,
)
