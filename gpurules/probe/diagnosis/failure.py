"""What a failure class is: how it shows, what it means, what to do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from gpurules.probe.dcgm.engine import Engine
from gpurules.probe.observation import Medium, Observation, Sign, Step
from gpurules.probe.target import Target


class Blame(StrEnum):
    """Whose affair a failure is, the worst first."""

    GUEST = "guest"
    """The guest is not healthy (exit code 1)."""
    PROBE = "probe"
    """The probing side cannot say (exit code 3)."""
    SKIP = "skip"
    """There is nothing to probe."""
    NOTE = "note"
    """Worth knowing; the guest is healthy all the same."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must be there; None where anything will do. ``driver`` is a version or its beginning, such as 570."""

    gpus: int | None = None
    driver: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of one probe. ``observation`` is None where the conversation came to its end."""

    target: Target
    expected: Expectation
    observation: Observation | None = None
    engine: Engine | None = None

    @property
    def gpus_expected(self) -> int | None:
        """How many GPUs the user asks for, else the VMI's spec."""
        if self.expected.gpus is not None:
            return self.expected.gpus
        return self.target.vmi.gpus if self.target.vmi else None


HTTP_ERRORS = range(400, 600)
CLOSE_CODES = range(1000, 5000)
"""Of a websocket (RFC 6455)."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Observations, as data: an observation fits where it has one of the values wherever any are given."""

    step: tuple[Step, ...] = ()
    medium: tuple[Medium, ...] = ()
    errno: Collection[int] = ()
    http_status: Collection[int] = ()
    close_code: Collection[int] = ()
    sign: tuple[Sign, ...] = ()
    after_engine: bool | None = None

    def fits(self, seen: Observation) -> bool:
        """Whether ``seen`` is one of these."""
        return (
            (not self.step or seen.step in self.step)
            and (not self.medium or seen.medium in self.medium)
            and (not self.errno or seen.errno in self.errno)
            and (not self.http_status or seen.http_status in self.http_status)
            and (not self.close_code or seen.close_code in self.close_code)
            and (not self.sign or seen.sign in self.sign)
            and (self.after_engine is None or seen.after_engine is self.after_engine)
        )


def nothing(evidence: Evidence) -> Iterable[str]:
    """Finds nothing in the evidence."""
    return ()


@dataclass(frozen=True, slots=True)
class FailureClass:
    """One class of failures.

    ``title`` is a few words, ``meaning`` and ``advice`` one line each, ``explanation`` Markdown paragraphs.
    An observation that fits one of ``seen`` is of this class; the first class of the registry that fits is taken.
    ``find`` yields what else in the evidence shows this failure: one text each, such as ``GPU 3``.
    """

    id: str
    blame: Blame
    title: str
    meaning: str
    advice: str
    explanation: str
    seen: tuple[Pattern, ...] = ()
    find: Callable[[Evidence], Iterable[str]] = nothing


@dataclass(frozen=True, slots=True)
class Finding:
    """A failure that was found. ``detail`` is what exactly; perhaps in the guest's words, so never to be trusted."""

    failure: FailureClass
    detail: str = ""
