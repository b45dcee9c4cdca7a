"""No host engine listens there."""

from __future__ import annotations

import errno

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Medium, Step

FAILURE = FailureClass(
    id="not-listening",
    blame=Blame.GUEST,
    title="No host engine listens there",
    meaning="The guest runs, and nothing listens on the port.",
    advice=(
        "In the guest, start nv-hostengine with --vsock-cid (DCGM 4.5 or newer) by a systemd drop-in; the "
        "packaged unit listens on TCP loopback only."
    ),
    explanation="""\
Over VSOCK the kernel says so with ECONNRESET. The service of DCGM's package runs `nv-hostengine -n
--service-account nvidia-dcgm`, which listens on 127.0.0.1:5555. An engine listens in one way only, so that one
on VSOCK has no TCP; what runs in the guest must then use VSOCK as well, with CID 1 (`dcgmi --host
vsock://1:5555`).

    # /etc/systemd/system/nvidia-dcgm.service.d/vsock.conf
    [Service]
    ExecStart=
    ExecStart=/usr/bin/nv-hostengine -n --service-account nvidia-dcgm --vsock-cid

Then `systemctl daemon-reload && systemctl restart nvidia-dcgm`. Without a value `--vsock-cid` listens on every
CID of the guest; `-p` changes the port from 5555. Releases before 4.5.0 do not know the flag.

Anyone who can open a VSOCK connection to the guest can then use the engine: it asks for no login and knows no
TLS.
""",
    seen=(
        Pattern(medium=(Medium.VSOCK,), step=(Step.CONNECT,), errno=(errno.ECONNRESET, errno.ECONNREFUSED)),
        Pattern(medium=(Medium.TCP, Medium.UNIX), step=(Step.CONNECT,), errno=(errno.ECONNREFUSED, errno.ECONNRESET)),
    ),
)
