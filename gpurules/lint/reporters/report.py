"""What every reporter gets: findings with lines and columns, and how much was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gpurules.lint.finding import Severity
from gpurules.lint.located import Located


@dataclass(frozen=True, slots=True)
class Report:
    """``findings``: those to show, in order. ``files`` and ``rules``: how many were read. ``colour``: for a terminal.
    ``root``: the folder that paths of a machine-readable report are relative to. ``names``: the files that were read.
    ``width``: the columns of the terminal, 0 where there is none.
    """

    findings: Sequence[Located]
    files: int = 0
    rules: int = 0
    colour: bool = False
    root: str = "."
    names: tuple[str, ...] = ()
    width: int = 0

    def count(self, severity: Severity) -> int:
        """How many findings have this severity."""
        return sum(finding.severity is severity for finding in self.findings)
