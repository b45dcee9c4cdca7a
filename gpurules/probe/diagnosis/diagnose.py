"""From the evidence of one probe to its findings."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from enum import StrEnum

from gpurules.probe.diagnosis.failure import Blame, Evidence, FailureClass, Finding
from gpurules.probe.diagnosis.registry import FAILURES, UNEXPECTED
from gpurules.probe.observation import Observation


class Verdict(StrEnum):
    """What comes of a probe, the worst first."""

    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    HEALTHY = "healthy"


VERDICTS = {Blame.GUEST: Verdict.UNHEALTHY, Blame.PROBE: Verdict.UNKNOWN, Blame.SKIP: Verdict.SKIPPED}


DETAIL_MAX = 1000
"""Characters of a detail; the other side may have written it."""


def diagnose(evidence: Evidence) -> tuple[Finding, ...]:
    """What is wrong, the worst first: at most one finding of each class."""
    findings = []
    if evidence.observation is not None:
        findings.append(Finding(class_of(evidence.observation), _detail_of(evidence.observation)[:DETAIL_MAX]))
    if evidence.engine is not None:
        for failure in FAILURES.values():
            details = list(failure.find(evidence))
            if details:
                findings.append(Finding(failure, "; ".join(detail for detail in details if detail)[:DETAIL_MAX]))
    worst_first = list(Blame)
    return tuple(sorted(findings, key=lambda finding: worst_first.index(finding.failure.blame)))


def class_of(observation: Observation) -> FailureClass:
    """The first class of the registry that the observation fits; one that knows its sign comes before the others."""
    for by_sign in (True, False):
        for failure in FAILURES.values():
            if any(bool(pattern.sign) is by_sign and pattern.fits(observation) for pattern in failure.seen):
                return failure
    return UNEXPECTED


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """The worst of what the findings say."""
    blames = {finding.failure.blame for finding in findings}
    return next((verdict for blame, verdict in VERDICTS.items() if blame in blames), Verdict.HEALTHY)


def _detail_of(seen: Observation) -> str:
    what = []
    if seen.errno is not None:
        what.append(errno.errorcode.get(seen.errno, f"errno {seen.errno}"))
    if seen.http_status is not None:
        what.append(f"HTTP {seen.http_status}")
    if seen.close_code is not None:
        what.append(f"websocket closed with {seen.close_code}")
    if what and not seen.errno:
        return f"{', '.join(what)}: {seen.detail}" if seen.detail else ", ".join(what)
    return ", ".join(what) or seen.detail
