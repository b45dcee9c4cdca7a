"""What a report is made of, and what a format of it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gpurules.probe.diagnosis.diagnose import Verdict
from gpurules.probe.result import Result


@dataclass(frozen=True, slots=True)
class Report:
    """The results of one run, in the order of the targets. ``at`` is when it ended, in seconds since 1970; ``width``
    is that of the terminal, 0 where lines may have any length.
    """

    results: Sequence[Result]
    at: float
    width: int = 0
    streamed: bool = False
    """Whether documents follow one another on one stream (--watch)."""

    def count(self, verdict: Verdict) -> int:
        """How many results have this verdict."""
        return Counter(result.verdict for result in self.results)[verdict]


@dataclass(frozen=True, slots=True)
class Format:
    """One format: ``summary`` is one line for help texts, ``write`` makes the document, ended by a line break."""

    name: str
    summary: str
    write: Callable[[Report], str]
