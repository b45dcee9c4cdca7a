"""The engine stopped answering."""

from __future__ import annotations

import errno

from gpurules.probe.diagnosis.failure import Blame, FailureClass, Pattern
from gpurules.probe.observation import Sign, Step

FAILURE = FailureClass(
    id="engine-stalled",
    blame=Blame.GUEST,
    title="The engine stopped answering",
    meaning="The host engine told its version, and then did not answer in time.",
    advice=(
        "In the guest, see whether nvidia-smi hangs; dmesg shows the driver's errors (Xid). Then restart the "
        "host engine."
    ),
    explanation="""\
The version is answered from memory, what is asked next goes to the driver. A GPU that fell off the bus or a
driver that hangs keeps the engine waiting for it. The detail says which questions were left without an answer.
With many GPUs, and none used for a while, the driver may need some seconds: enable persistence mode
(nvidia-persistenced), or give a longer `--timeout`.
""",
    seen=(
        Pattern(step=(Step.EXCHANGE,), sign=(Sign.STALLED, Sign.SILENT, Sign.TIMEOUT), after_engine=True),
        Pattern(step=(Step.EXCHANGE,), errno=(errno.ETIMEDOUT,), after_engine=True),
    ),
)
