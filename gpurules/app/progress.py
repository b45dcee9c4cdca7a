"""Progress of a fleet's probe on stderr, where a person looks at it."""

from __future__ import annotations

import sys
from types import TracebackType

from gpurules.probe.diagnosis.diagnose import Verdict
from gpurules.probe.result import Result
from gpurules.text.terminal import safe

CLEAR = "\r\x1b[K"
"""To the start of the line, and erase it."""

NAME_MAX = 60


class Progress:
    """Says what is wrong as it comes and how many are done, in a line that is erased in the end.

    Silent where stderr is no terminal, and for a single guest.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._shown = total > 1 and sys.stderr is not None and sys.stderr.isatty()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write(CLEAR)

    def arrived(self, result: Result) -> None:
        """One more is done."""
        self._done += 1
        said = ""
        if result.verdict in (Verdict.UNHEALTHY, Verdict.UNKNOWN):
            said = f"{safe(result.target.name, NAME_MAX)}: {result.findings[0].failure.title}\n"
        self._write(f"{CLEAR}{said}{self._done} of {self._total} guests probed")

    def _write(self, text: str) -> None:
        """A reader of stderr that went away does not end the probe."""
        if not self._shown:
            return
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            self._shown = False
