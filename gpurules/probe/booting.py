"""A guest that does not answer yet because it was started a short while ago."""

from __future__ import annotations

import errno
from dataclasses import replace

from gpurules.probe.diagnosis.failure import Pattern
from gpurules.probe.observation import Medium, Observation, Sign, Step
from gpurules.probe.target import Vmi

BOOT_SECONDS = 120.0
"""How long after its VMI began to run a guest that does not answer is taken to be booting still."""

EARLY = (
    Pattern(step=(Step.CONNECT,), medium=(Medium.VSOCK,), errno=(errno.ECONNRESET, errno.ENODEV, errno.ETIMEDOUT)),
    Pattern(step=(Step.CONNECT,), medium=(Medium.VSOCK,), sign=(Sign.TIMEOUT,)),
    Pattern(sign=(Sign.GUEST_NOT_REACHED,)),
)
"""What a guest shows while its kernel, its VSOCK driver or its host engine is not up."""


def perhaps_booting(seen: Observation, vmi: Vmi | None, now: float) -> Observation:
    """``seen``, as a sign of booting where it is one so shortly after the VMI began to run."""
    if vmi is None or vmi.running_since is None or not any(pattern.fits(seen) for pattern in EARLY):
        return seen
    return replace(seen, sign=Sign.GUEST_BOOTING) if now - vmi.running_since < BOOT_SECONDS else seen
