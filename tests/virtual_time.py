"""An event loop whose time passes at once: what would wait, jumps to the next thing that is due."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs timers in order without waiting for them. RuntimeError where nothing at all would ever happen."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        selector = self._selector  # type: ignore[attr-defined]
        real = selector.select

        def select(timeout: float | None = None) -> Any:
            ready = real(0)
            if not ready:
                if timeout is None:
                    raise RuntimeError("everything waits, and nothing is due")
                self._now += max(timeout, 0.0)
            return ready

        selector.select = select

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._now


def run(main: Coroutine[Any, Any, T]) -> tuple[T, float]:
    """The result of ``main``, and the virtual seconds it took."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        result = runner.run(main)
        return result, runner.get_loop().time()
