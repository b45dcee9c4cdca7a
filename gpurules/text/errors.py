"""What can go wrong in a user's hands: one line each, with the place and what to do.

Exit codes: 0 done, 1 a check failed or there are findings, 2 usage, configuration or input, 3 environment.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gpurules.text.span import Location

EXIT_DONE = 0
EXIT_FINDINGS = 1
EXIT_INPUT = 2
EXIT_ENVIRONMENT = 3


class Problem(NamedTuple):
    """One thing that is wrong: ``message`` says what, ``location`` where, ``advice`` what to do (may be empty)."""

    message: str
    location: Location | None = None
    advice: str = ""

    def __str__(self) -> str:
        """``file:line:column: what; what to do`` on one line."""
        where = f"{self.location}: " if self.location else ""
        what = f"{self.message}; {self.advice}" if self.advice else self.message
        return where + what


class GpurulesError(Exception):
    """Base of every error that reaches the user; holds one or more problems and never shows a traceback."""

    exit_code = EXIT_INPUT

    def __init__(self, problems: Problem | str | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InputError(GpurulesError):
    """The user's file, flag or configuration is wrong (exit code 2)."""


class CheckFailed(GpurulesError):
    """What was to be checked does not hold (exit code 1)."""

    exit_code = EXIT_FINDINGS


class EnvironmentFault(GpurulesError):
    """The surroundings failed: disk, permission, network, a missing program (exit code 3)."""

    exit_code = EXIT_ENVIRONMENT
