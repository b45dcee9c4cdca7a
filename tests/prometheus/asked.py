"""Asking a Prometheus in a test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from gpurules.cluster.prometheus.access import Access
from gpurules.cluster.prometheus.fault import PrometheusFault
from gpurules.cluster.prometheus.store import Store, open_store

T = TypeVar("T")


def asked(access: Access, question: Callable[[Store], Awaitable[T]]) -> T:
    """The answer to one question."""

    async def run() -> T:
        async with open_store(access) as store:
            return await question(store)

    return asyncio.run(run())


def fault_of(access: Access, question: Callable[[Store], Awaitable[Any]] = lambda store: store.instant("up")) -> Any:
    """The fault that a question comes to; None where it is answered."""
    try:
        asked(access, question)
    except PrometheusFault as fault:
        return fault
    return None
