"""When a guest that does not answer is taken to be booting."""

from __future__ import annotations

import errno

import pytest

from gpurules.probe.booting import BOOT_SECONDS, perhaps_booting
from gpurules.probe.diagnosis.diagnose import class_of
from gpurules.probe.observation import Medium, Observation, Sign, Step
from gpurules.probe.target import Vmi

REFUSED = Observation(Step.CONNECT, Medium.VSOCK, errno=errno.ECONNRESET)


@pytest.mark.parametrize(
    ("seen", "since", "failure"),
    [
        pytest.param(REFUSED, BOOT_SECONDS - 1, "guest-booting", id="refused"),
        pytest.param(REFUSED, BOOT_SECONDS + 1, "not-listening", id="refused-later"),
        pytest.param(REFUSED, None, "not-listening", id="start-unknown"),
        pytest.param(
            Observation(Step.CONNECT, Medium.VSOCK, errno=errno.ENODEV), BOOT_SECONDS - 1, "guest-booting", id="nobody"
        ),
        pytest.param(
            Observation(Step.CONNECT, Medium.VSOCK, sign=Sign.TIMEOUT), BOOT_SECONDS - 1, "guest-booting", id="timeout"
        ),
        pytest.param(
            Observation(Step.CONNECT, Medium.API, http_status=500, sign=Sign.GUEST_NOT_REACHED),
            BOOT_SECONDS - 1,
            "guest-booting",
            id="through-the-api",
        ),
        pytest.param(
            Observation(Step.SOCKET, Medium.VSOCK, errno=errno.EPERM), BOOT_SECONDS - 1, "vsock-denied", id="denied"
        ),
        pytest.param(
            Observation(Step.EXCHANGE, Medium.VSOCK, sign=Sign.SILENT), BOOT_SECONDS - 1, "silent", id="silent"
        ),
        pytest.param(
            Observation(Step.CONNECT, Medium.API, http_status=403), BOOT_SECONDS - 1, "forbidden", id="forbidden"
        ),
    ],
)
def test_booting(seen: Observation, since: float | None, failure: str) -> None:
    now = 1_800_000_000.0
    vmi = Vmi("tenant-a", "train-1", running_since=None if since is None else now - since)
    assert class_of(perhaps_booting(seen, vmi, now)).id == failure
