"""What is wrong with an expression, and where in its text."""

from __future__ import annotations

from gpurules.text.errors import InputError, Problem
from gpurules.text.span import Span


class SyntaxProblem(InputError):
    """An expression that is not PromQL, or is PromQL that this tree cannot hold.

    ``message`` says what is wrong, ``span`` the characters of the expression it is about, ``advice`` what to do (may be
    empty). ``unsupported`` is set where Prometheus may well accept the expression, with a feature flag or in another
    release: such a finding must never be reported as an error of the user's.
    The error itself carries a Problem without a location; a caller who knows where the expression stands builds its own
    from ``message``, ``advice`` and ``span``.
    """

    def __init__(self, message: str, span: Span, advice: str = "", unsupported: bool = False) -> None:
        super().__init__(Problem(message, advice=advice))
        self.message = message
        self.span = span
        self.advice = advice
        self.unsupported = unsupported
