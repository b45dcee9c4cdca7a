"""What can go wrong between this process and a Prometheus."""

from __future__ import annotations

from enum import StrEnum

from gpurules.text.errors import EnvironmentFault, Problem


class Cause(StrEnum):
    """What went wrong."""

    UNREACHABLE = "unreachable"
    """No connection: name, TCP, proxy, API server, or it broke."""
    TIMEOUT = "timeout"
    """No answer, or no whole one, in time."""
    TLS = "tls"
    """The server's certificate was not accepted, or ours not by the server."""
    DENIED = "denied"
    """401 or 403."""
    NOT_FOUND = "not-found"
    """404: another server, another path, or a server that has no such page."""
    REDIRECT = "redirect"
    """It sends elsewhere, where nobody follows."""
    QUERY = "query"
    """The query cannot be evaluated (400, 422), in the server's own words."""
    BUSY = "busy"
    """429 or 503 until patience ended."""
    FAILED = "failed"
    """Another HTTP status."""
    ANSWER = "answer"
    """The answer is not what a Prometheus answers."""
    TOO_MUCH = "too-much"
    """The answer is longer than was agreed."""


class PrometheusFault(EnvironmentFault):
    """A Prometheus could not be asked (exit code 3).

    ``detail`` and ``advice`` hold no secret and are safe for a terminal; ``status`` is 0 without an answer.
    """

    def __init__(self, server: str, cause: Cause, detail: str, status: int = 0, advice: str = "") -> None:
        self.server = server
        self.cause = cause
        self.detail = detail
        self.status = status
        self.advice = advice
        super().__init__(Problem(f"Prometheus {server}: {detail}", advice=advice))
