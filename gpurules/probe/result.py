"""What comes of one probe."""

from __future__ import annotations

from dataclasses import dataclass

from gpurules.probe.dcgm.engine import Engine
from gpurules.probe.diagnosis.diagnose import Verdict, diagnose, verdict_of
from gpurules.probe.diagnosis.failure import Evidence, Finding
from gpurules.probe.target import Target


@dataclass(frozen=True, slots=True)
class Result:
    """What was found of ``target``, the worst first, and what the engine said as far as it came; in ``seconds``."""

    target: Target
    findings: tuple[Finding, ...]
    engine: Engine | None
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """The worst of the findings."""
        return verdict_of(self.findings)


def result_of(evidence: Evidence, seconds: float) -> Result:
    """The diagnosis of ``evidence``."""
    return Result(evidence.target, diagnose(evidence), evidence.engine, seconds)


def worst_first(results: list[Result]) -> list[Result]:
    """By verdict, then in the order in which they are given."""
    order = list(Verdict)
    return sorted(results, key=lambda result: order.index(result.verdict))
