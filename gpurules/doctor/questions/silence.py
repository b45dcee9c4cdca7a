"""VMs that hold a GPU and send nothing."""

from __future__ import annotations

from collections.abc import Iterable

from gpurules.doctor.model import SAMPLES, Figure, Finding, Labels, Sample, Severity
from gpurules.doctor.question import Case, Question, Stores
from gpurules.doctor.questions import holders, joining
from gpurules.rules.label_names import NAME, NAMESPACE, NODE, POD
from gpurules.rules.request import Request

NAME_OF_QUESTION = "silence"


async def _ask(stores: Stores, case: Case) -> tuple[holders.Holder, ...]:
    # Who holds a GPU and who sends series has been read before.
    return joining.silent_holders(case)


def _findings(silent: tuple[holders.Holder, ...], case: Case) -> Iterable[Finding]:
    if not silent:
        return
    every = len(case[holders.QUESTION].holders)
    yield Finding(
        "gpu-vm-silent",
        Severity.ERROR,
        NAME_OF_QUESTION,
        f"{len(silent)} of {every} VMs that hold GPUs send no GPU series.",
        "gpurules probe --vmi NAMESPACE/NAME says whether the DCGM in the guest answers; gpurules scaffold prints the "
        "manifests of a scrape.",
        (Figure("silent VMs", len(silent)), Figure("VMs that hold GPUs", every)),
        tuple(Sample(_labels(one, case.scope.request)) for one in silent[:SAMPLES]),
    )


def _labels(one: holders.Holder, request: Request) -> Labels:
    named = {NAME: one.machine, NAMESPACE: one.namespace, NODE: one.node, POD: one.pod}
    return tuple(sorted({**named, **dict.fromkeys(request.cluster, one.cluster)}.items()))


FINDS = {
    "gpu-vm-silent": "VMs that hold GPUs and send nothing",
}
"""The findings, for the documentation."""

QUESTION = Question(NAME_OF_QUESTION, "VMs with GPUs that send nothing", _ask, FINDS, _findings)
