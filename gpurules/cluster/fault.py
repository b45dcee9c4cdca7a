"""What can go wrong between this process and the Kubernetes API."""

from __future__ import annotations

from enum import StrEnum

from gpurules.text.errors import EnvironmentFault, Problem


class Cause(StrEnum):
    """What went wrong."""

    CONFIGURATION = "configuration"
    """No kubeconfig and not in a cluster, or one that cannot be used."""
    CREDENTIALS = "credentials"
    """The credentials could not be obtained."""
    UNREACHABLE = "unreachable"
    """No connection: name, TCP, proxy, or an answer that never came."""
    TLS = "tls"
    """The server's certificate was not accepted, or ours not by the server."""
    STATUS = "status"
    """The API answered with another HTTP status than was asked for."""
    NOT_A_WEBSOCKET = "not-a-websocket"
    ANSWER = "answer"
    """The API's answer is too long, or not what the API answers."""


class ClusterFault(EnvironmentFault):
    """The API could not be asked (exit code 3). ``detail`` holds no secret; ``status`` is 0 without an answer."""

    def __init__(self, cause: Cause, detail: str, status: int = 0, advice: str = "") -> None:
        self.cause = cause
        self.detail = detail
        self.status = status
        self.advice = advice
        super().__init__(Problem(f"Kubernetes API: {detail}", advice=advice))
