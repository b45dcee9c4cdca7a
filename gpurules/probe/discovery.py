"""Finding the guests of a cluster: the VMIs of a selection, as targets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from gpurules.probe.target import DEFAULT_PORT, Target
from gpurules.probe.transports.transport import Context
from gpurules.text.errors import EnvironmentFault


class Via(StrEnum):
    """Which way leads to a VMI's guest."""

    API = "api"
    NODE = "node"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which VMIs: those named (namespace, name), or all that match. ``namespace`` empty: of every namespace."""

    vmis: tuple[tuple[str, str], ...] = ()
    every: bool = False
    namespace: str = ""
    selector: str = ""
    via: Via = Via.API
    port: int = DEFAULT_PORT


class Cluster(Protocol):
    """A cluster that was logged in to. ``context`` is what its transports need."""

    context: Context

    async def targets(self) -> tuple[Target, ...]:
        """The guests that the selection has now. Raises Unreachable."""


@asynccontextmanager
async def cluster_of(selection: Selection, auth_timeout: float) -> AsyncIterator[Cluster]:
    """Log in to the cluster, within ``auth_timeout`` seconds. Raises Unreachable, and on entering nothing else."""
    raise EnvironmentFault("--vmi and --all are not in this build")
    yield
