"""The engine refuses to answer."""

from __future__ import annotations

from collections.abc import Iterator

from gpurules.probe.dcgm.codes import Status, status_name
from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass, Pattern
from gpurules.probe.observation import Sign

TOLD_ELSEWHERE = frozenset(
    {Status.PAUSED, Status.NVML_NOT_LOADED, Status.NVML_DRIVER_TIMEOUT, Status.GPUS_DETACHED, Status.GPU_IS_LOST}
)


def find(evidence: Evidence) -> Iterator[str]:
    """What shows it."""
    engine = evidence.engine
    for question, status in engine.refused.items() if engine else ():
        if question == "MODULE_STATUS" or status in TOLD_ELSEWHERE:
            continue
        yield f"{question} is answered with status {status_name(status)}"


FAILURE = FailureClass(
    id="engine-refused",
    blame=Blame.GUEST,
    title="The engine refuses to answer",
    meaning="The host engine answered a question with an error.",
    advice="Look at the engine's log (/var/log/nv-hostengine.log in the guest) for the time of the probe.",
    explanation="""\
The questions are ones that every user of the engine may ask. The detail names the question and DCGM's status.
That some of a GPU's values cannot be read is not meant here.
""",
    seen=(Pattern(sign=(Sign.REFUSED,)),),
    find=find,
)
