"""What an identity is: which VM is meant by a key that series carry."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gpurules.promql.syntax.build import selector
from gpurules.promql.syntax.tree import Expression
from gpurules.rules.identities.claims import Claims
from gpurules.rules.identities.narrowing import Only
from gpurules.rules.names import record_name
from gpurules.rules.request import Request


def never(request: Request) -> bool:
    """What the key stands for may change."""
    return False


class Identity(NamedTuple):
    """One way to know a VM.

    ``key``: the labels that both sides of the join carry, the cluster's aside. ``level``: the first word of its
    record's name. ``relation``: the VMs with the key and what the key adds, each once or more often; the caller takes
    one for each key. It is told which keys matter, and leaves out the others as early as that changes nothing.
    ``ambiguous``: the keys, or VMs, of which the sources say more than one thing. ``lasting``: whether the key fixes
    everything else for all time, so that two generations of the record can never differ. ``single``: the relation gives
    one for each key as it is. ``source``: the metric without which nothing is known. ``needs``: metrics of KubeVirt
    with the labels that are read. ``summary``: what it reads, in a few words. ``claims``: what relation and ambiguous
    read first, if anything.
    """

    name: str
    key: tuple[str, ...]
    level: str
    summary: str
    relation: Callable[[Request, Only], Expression]
    ambiguous: Callable[[Request, Only], Expression]
    source: str
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    lasting: Callable[[Request], bool] = never
    single: bool = False
    claims: Claims | None = None

    @property
    def record(self) -> str:
        """The name of its record."""
        return record_name(self.level, "identity", "group")

    @property
    def claim_record(self) -> str:
        """The name of the record of its claims."""
        return record_name(self.level, "claim", "group")

    def claimed(self, request: Request, only: Only) -> Expression:
        """The claims, as recorded or as they are. Raises ValueError where this identity has none."""
        if self.claims is None:
            raise ValueError(f"nothing is claimed of {self.name}")
        return selector(self.claim_record) if request.recorded else self.claims.relation(request, only)

    def joined_on(self, request: Request) -> tuple[str, ...]:
        """The labels of the join."""
        return (*request.cluster, *self.key)

    def adds(self, request: Request) -> tuple[str, ...]:
        """What the join adds to the labels of a VM."""
        return tuple(label for label in request.vm if label not in self.joined_on(request))
